// What a whole program shows of what it prints through C++'s streams: each in a child of its own, because the streams of a
// process are changed for good.

#include "support/catch2.hpp"
#include "support/printing.hpp"
#include "support/runtime.hpp"

#include <cstdlib>
#include <thread>

using namespace weir_test;

namespace {

// Prints when static things are destroyed.
struct last_words {
  std::string text;
  ~last_words() {
    if (!text.empty()) std::cout << text;
  }
};
last_words& the_last_words() {
  static last_words words;
  return words;
}

}  // namespace

TEST_CASE("while one thread prints, what reaches the file on other ways stays in its place", "[prints][fault]") {
  const printing_child child([](auto& c) {
    captured(c, [] {
      std::cout << "a";
      std::printf("b");
      std::cout << "c\n";
      std::printf("d\n");
    });
  });
  REQUIRE(child.ended_well());
  CHECK(child.out() == "abc\nd\n");
  CHECK(stored_of(child) == texts{"ac"});
}

TEST_CASE("lines that several threads print are shown whole", "[prints][fault][threads]") {
  constexpr int threads = 4, lines = 2000;
  const printing_child child([](auto& c) {
    captured(c, [] {
      std::vector<std::thread> all;
      const auto print = weir::bind_context([](int thread) {
        for (int i = 0; i < lines; ++i)
          std::cout << "thread " << std::to_string(thread) << " line " << std::to_string(i) << '\n';
      });
      for (int n = 0; n < threads; ++n) all.emplace_back(print, n);
      for (auto& thread : all) thread.join();
    });
  });
  REQUIRE(child.ended_well());
  const auto shown = lines_of(child.out());
  REQUIRE(shown.size() == threads * lines);
  std::vector<int> next(threads, 0);
  int wrong = 0;
  for (const auto& line : shown) {
    const auto n = static_cast<std::size_t>(line.at(7) - '0');
    if (n >= threads || line != "thread " + std::to_string(n) + " line " + std::to_string(next[n]++)) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("a line is not torn by one that another thread prints in its middle", "[prints][fault][threads]") {
  const printing_child child([](auto& c) {
    captured(c, [] {
      pipe_signal begun, printed;
      std::thread other(weir::bind_context([&] {
        begun.wait();
        std::cout << "other\n";
        printed.raise();
      }));
      std::thread one(weir::bind_context([&] {
        std::cout << "one ";
        begun.raise();
        printed.wait();
        std::cout << "line\n";
      }));
      one.join();
      other.join();
    });
  });
  REQUIRE(child.ended_well());
  CHECK(child.out() == "other\none line\n");
}

TEST_CASE("what is held back until its line is whole appears when it is flushed, and at the latest at the end",
          "[prints][fault][threads]") {
  const printing_child child([](auto& c) {
    captured(c, [&] {
      std::thread(weir::bind_context([] { std::cout << "another thread\n"; })).join();
      std::cout << "held";
      std::fflush(stdout);
      if (contents(c.out_path) != "another thread\n") throw std::runtime_error("not held: the case shows nothing");
      std::cout << " back" << std::flush;
      if (contents(c.out_path) != "another thread\nheld back")
        throw std::runtime_error("not shown: " + contents(c.out_path));
      std::cout << ".";
      weir::task("quiet", {.log_prints = false}, [] { std::cout << ","; })();
      std::cout << ";";
      weir::log::print("print");
      std::cout << "-";
    });
    std::cout << "!\n";
  });
  INFO(child.err());
  REQUIRE(child.ended_well());
  CHECK(child.out() == "another thread\nheld back.,;print\n-!\n");
}

TEST_CASE("std::exit in a body shows and keeps its unfinished line, and the streams work to the very end",
          "[prints][fault][exit]") {
  const bool held = GENERATE(false, true);
  const printing_child child(
      [held](auto& c) {
        the_last_words().text = "last words\n";
        ::setenv("WEIR_STORE", c.store.c_str(), 1);
        ::setenv("WEIR_LOG_LEVEL", "info", 1);
        weir::flow("f", {.log_prints = true}, [held] {
          if (held) std::thread(weir::bind_context([] { std::cout << "x\n"; })).join();
          std::cout << "unfinished";
          std::exit(0);
        })();
      },
      &std::exit);
  REQUIRE(child.ended_well());
  CHECK(child.out() == (held ? "x\nunfinishedlast words\n" : "unfinishedlast words\n"));
  CHECK(stored_of(child).back() == "unfinished");
}

TEST_CASE("a forked child prints to the console, and nothing of it is in its parent's record",
          "[prints][fault][fork]") {
  const printing_child child([](auto& c) {
    captured(c, [] {
      std::cout << "parent ";
      std::cout.flush();
      const auto status = wait_for(start_child([] {
        std::cout << "child\n";
        std::cout.flush();
      }));
      if (status != 0) throw std::runtime_error("the forked child failed");
      std::cout << "again\n";
    });
  });
  REQUIRE(child.ended_well());
  CHECK(child.out() == "parent child\nagain\n");
  CHECK(stored_of(child) == texts{"parent again"});
}

TEST_CASE("a stream that had failed stays so when weir's buffer is put in", "[prints][fault]") {
  const bool throws = GENERATE(false, true);
  const printing_child child([throws](auto& c) {
    try {
      if (throws) std::cerr.exceptions(std::ios::failbit);
      std::cerr.setstate(std::ios::failbit);
    } catch (const std::ios::failure&) {
    }
    captured(c, [] {
      if (!std::cerr.fail()) throw std::runtime_error("the failure was forgotten");
      std::cout << "good\n";
    });
  });
  REQUIRE(child.ended_well());
  CHECK(stored_of(child) == texts{"good"});
}

TEST_CASE("without synchronisation with C the streams are captured as well", "[prints][fault]") {
  const printing_child child([](auto& c) {
    std::ios::sync_with_stdio(false);
    captured(c, [] { std::cout << "a" << 1 << "\n"; });
    std::cout.flush();
  });
  REQUIRE(child.ended_well());
  CHECK(child.out() == "a1\n");
  CHECK(stored_of(child) == texts{"a1"});
}
