// What a whole program shows and stores of what C prints: each in a child of its own, because stdout is changed for good.

#include "support/catch2.hpp"
#include "support/printing.hpp"
#include "support/runtime.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cwchar>
#include <thread>

using namespace weir_test;

TEST_CASE("C's output is not captured until a program asks for it", "[stdio][fault]") {
  const printing_child child([](auto& c) { captured(c, [] { std::puts("from C"); }); });
  CHECK(child.out() == "from C\n");
  CHECK(stored_of(child).empty());
}

TEST_CASE("after capture_stdio, what C prints in a run is shown once and stored with it", "[stdio][fault]") {
  const printing_child child([](auto& c) {
    weir::capture_stdio();
    auto* ours = stdout;
    weir::capture_stdio();
    if (stdout != ours) throw std::runtime_error("the second call did something");
    std::puts("before any run");
    weir::runtime rt({.store = c.store, .console = false});
    const auto task = weir::task("t", [] {
      std::printf("%d rows, ", 3);
      std::printf("%s\n", "done");
      std::putchar('x');
      std::fputs("yz", stdout);
    });
    weir::flow("f", {.log_prints = true}, [&] {
      std::puts("puts");
      errno = ENOENT;
      std::perror("perror");
      std::fprintf(stderr, "to %s\n", "stderr");
      task();
      std::printf("%s\n", std::string(20'000, 'w').c_str());  // comes in pieces of 8 KiB
    }).on(rt)();
    std::puts("after");
  });
  INFO(child.err());
  REQUIRE(child.ended_well());
  const std::string wide(20'000, 'w');
  CHECK(child.out() == "before any run\nputs\n3 rows, done\nxyz" + wide + "\nafter\n");
  CHECK(child.err() == "perror: No such file or directory\nto stderr\n");
  CHECK(stored_of(child) ==
        texts{"puts", "perror: No such file or directory", "to stderr", "3 rows, done", "xyz", wide});
  const weir::store store(child.store);
  CHECK(store.logs({.task_run = store.task_runs({.task = "t"}).at(0).id}).size() == 2);
}

TEST_CASE("a line that C and C++ print together is one line", "[stdio][fault]") {
  const printing_child child([](auto& c) {
    weir::capture_stdio();
    captured(c, [] {
      std::cout << "a";
      std::printf("b");
      std::cout << "c" << std::endl;
      std::clog << "1";
      std::fprintf(stderr, "2");
      std::cerr << "3\n";
    });
  });
  CHECK(child.out() == "abc\n");
  CHECK(child.err() == "123\n");
  CHECK(stored_of(child) == texts{"abc", "123"});
}

TEST_CASE("threads that use printf in different runs keep their lines apart", "[stdio][fault][threads]") {
  constexpr int threads = 4, lines = 1000;
  const printing_child child([](auto& c) {
    weir::capture_stdio();
    weir::runtime rt({.store = c.store, .console = false});
    std::vector<std::thread> all;
    for (int n = 0; n < threads; ++n)
      all.emplace_back([&rt, n] {
        const auto flow = weir::flow("f" + std::to_string(n), {.log_prints = true}, [n] {
          for (int i = 0; i < lines; ++i) {
            std::printf("thread %d ", n);
            std::printf("line %d\n", i);
          }
        });
        flow.on(rt)();
      });
    for (auto& thread : all) thread.join();
  });
  REQUIRE(child.ended_well());
  for (int n = 0; n < threads; ++n) {
    const auto stored = stored_of(child, "f" + std::to_string(n));
    REQUIRE(stored.size() == lines);
    int wrong = 0;
    for (int i = 0; i < lines; ++i)
      wrong += stored[static_cast<std::size_t>(i)] != "thread " + std::to_string(n) + " line " + std::to_string(i);
    CHECK(wrong == 0);
  }
  const auto shown = child.out();
  CHECK(std::count(shown.begin(), shown.end(), '\n') == threads * lines);
}

TEST_CASE("what capture_stdio cannot see is still shown, in its order", "[stdio][fault]") {
  const printing_child child([](auto& c) {
    std::FILE* early = stdout;
    weir::capture_stdio();
    captured(c, [&] {
      std::printf("seen; ");
      std::fprintf(early, "a stream kept from before; ");
      std::fflush(early);
      if (::write(1, "the descriptor; ", 16) != 16) throw std::runtime_error("write");
      if (std::system("echo a child process") != 0) throw std::runtime_error("system");
      std::printf("seen\n");
    });
  });
  REQUIRE(child.ended_well());
  CHECK(child.out() == "seen; a stream kept from before; the descriptor; a child process\nseen\n");
  CHECK(stored_of(child) == texts{"seen; seen"});
}

TEST_CASE("the limits of capture_stdio are those that its documentation names", "[stdio][fault]") {
  const printing_child child([](auto&) {
    weir::capture_stdio();
    errno = 0;
    if (::fileno(stdout) != -1 || errno != EBADF) throw std::runtime_error("fileno");
    if (std::wprintf(L"wide") != -1) throw std::runtime_error("wprintf");
    std::printf("prompt: ");  // shown at once, with and without fflush
    std::fflush(stdout);
  });
  INFO(child.err());
  CHECK(child.ended_well());
  CHECK(child.out() == "prompt: ");
}

TEST_CASE("capture_stdio says why where it cannot work", "[stdio][fault]") {
  const printing_child wide([](auto& c) {
    if (!std::freopen(c.out_path.c_str(), "a", stdout)) return;  // undecided again, whatever the test program wrote
    std::wprintf(L"wide\n");
    std::fflush(stdout);
    try {
      weir::capture_stdio();
    } catch (const weir::usage_error& e) {
      std::fprintf(stderr, "%s", e.what());
    }
  });
  CHECK_THAT(wide.err(), ContainsSubstring("capture_stdio: C's output cannot be captured here: stdout or stderr was "
                                           "written with wide characters (wprintf)"));
  const printing_child inside([](auto& c) { captured(c, [] { weir::capture_stdio(); }); });
  CHECK_FALSE(inside.ended_well());
  CHECK_THAT(inside.err(), ContainsSubstring("call it at the start of main"));
}

TEST_CASE("weir's own console lines are neither printed twice nor stored as prints", "[stdio][fault]") {
  const printing_child child([](auto& c) {
    weir::capture_stdio();
    weir::runtime rt({.store = c.store});
    weir::flow("f", {.log_prints = true}, [] { weir::log::info("said once"); }).on(rt)();
  });
  REQUIRE(child.ended_well());
  CHECK(stored_of(child) == texts{"said once"});
  const auto shown = child.err();
  CHECK(shown.find("said once") != std::string::npos);
  CHECK(shown.find("said once") == shown.rfind("said once"));
}

TEST_CASE("a captured program that forks can print on both sides", "[stdio][fault][fork]") {
  const printing_child child([](auto& c) {
    weir::capture_stdio();
    captured(c, [] {
      std::printf("parent\n");
      if (wait_for(start_child([] { std::printf("child\n"); })) != 0)
        throw std::runtime_error("the forked child failed");
      std::printf("again\n");
    });
  });
  REQUIRE(child.ended_well());
  CHECK(child.out() == "parent\nchild\nagain\n");
  CHECK(stored_of(child) == texts{"parent", "again"});
}
