#include "support/catch2.hpp"
#include "support/printing.hpp"
#include "support/runtime.hpp"

#include <algorithm>
#include <cerrno>
#include <functional>
#include <iomanip>
#include <stdexcept>
#include <thread>

using namespace weir_test;

namespace {

texts messages(const weir::page<weir::log_record>& lines) {
  texts out;
  for (const auto& l : lines) out.push_back(l.message);
  return out;
}

/// What the only run of a task printed.
texts of_task(virtual_runtime& t, const std::string& task) {
  return messages(t.store().logs({.task_run = t.only(task).id}));
}

/// What the only task of a flow printed, when it captures and its body is `f`.
template <class F>
texts printed_by(F f) {
  virtual_runtime t;
  const auto task = weir::task("t", {.log_prints = true}, std::move(f));
  weir::flow("f", [&] { task(); }).on(t.runtime)();
  return of_task(t, "t");
}

}  // namespace

TEST_CASE("what a run prints is shown at its place and stored with the run that printed it", "[prints]") {
  auto& shown = consoles::cleared();
  virtual_runtime t;
  const auto task = weir::task("t", [](int n) { std::cout << "row " << n << '\n'; });
  const auto run = weir::flow("f", {.log_prints = true},
                              [&] {
                                std::cout << "begin\n";
                                task(1);
                                std::cerr << "problem" << std::endl;
                                std::clog << "note\n";
                              })
                       .on(t.runtime)
                       .run();
  CHECK(shown.out.text() == "begin\nrow 1\n");
  CHECK(shown.err.text() == "problem\n");
  CHECK(shown.log.text() == "note\n");

  CHECK(of_task(t, "t") == texts{"row 1"});
  for (const auto* line : {"begin", "problem", "note"}) {
    const auto found = t.store().logs({.flow_run = run.id(), .contains = line});
    REQUIRE(found.size() == 1);
    CHECK(found[0].level == weir::log::level::info);  // of all three: text on std::cerr need not be an error
    CHECK_FALSE(found[0].task_run);
    CHECK(found[0].run_name == run.name());
    CHECK(found[0].logger.empty());
  }
}

TEST_CASE("log_prints goes from flow to task to what is called below, and false takes it back", "[prints]") {
  consoles::cleared();
  virtual_runtime t;
  const auto leaf = weir::task("leaf", [](std::string from) { std::cout << "leaf of " << from << "\n"; });
  const auto quiet = weir::task("quiet", {.log_prints = false}, [&] {
    std::cout << "in quiet\n";
    leaf("quiet");
  });
  const auto sub = weir::flow("sub", [&] {
    std::cout << "in sub\n";
    leaf("sub");
  });
  const auto task = weir::task("task", [&] { leaf("task"); });
  const auto flow = weir::flow("flow", {.log_prints = true}, [&] {
    task();
    quiet();
    leaf.with({.log_prints = false})("with");
    sub();
    sub.with({.log_prints = false})();
    std::cout << "end\n";
  });
  const auto id = flow.on(t.runtime).run().id();
  auto all = messages(t.store().logs());
  std::erase_if(all, [](const auto& m) { return m.find("flow") != std::string::npos || m.starts_with("Finished"); });
  std::sort(all.begin(), all.end());
  CHECK(all == texts{"end", "in sub", "leaf of sub", "leaf of task"});
  CHECK(messages(t.store().logs({.flow_run = id, .contains = "sub"})).empty());  // the subflow's are its own
}

TEST_CASE("the runtime says whether prints are stored where nobody else does", "[prints]") {
  consoles::cleared();
  const auto task = weir::task("t", [] { std::cout << "printed\n"; });
  const auto stored = [&](virtual_runtime& t) {
    task.on(t.runtime)();  // outside any flow
    weir::flow("f", [&] { task(); }).on(t.runtime)();
    weir::flow("f", {.log_prints = false}, [&] { task(); }).on(t.runtime)();
    return t.store().logs({.contains = "printed"}).size();
  };
  virtual_runtime yes({.log_prints = true}), no({.log_prints = false}), unset;
  CHECK(stored(yes) == 2);
  CHECK(stored(no) == 0);
  CHECK(stored(unset) == 0);

  ::setenv("WEIR_LOG_PRINTS", "Yes", 1);
  virtual_runtime by_environment, wins({.log_prints = false});
  CHECK(stored(by_environment) == 2);
  CHECK(stored(wins) == 0);
  ::setenv("WEIR_LOG_PRINTS", "maybe", 1);
  CHECK_THROWS_WITH(virtual_runtime(), ContainsSubstring("WEIR_LOG_PRINTS is \"maybe\"; give true or false"));
  ::unsetenv("WEIR_LOG_PRINTS");
}

TEST_CASE("outside capturing runs, bytes go through and nothing is stored", "[prints]") {
  auto& shown = consoles::cleared();
  virtual_runtime t;
  const auto print = [] { std::cout << "printed"; };
  const auto task = weir::task("t", {.log_prints = true}, print);
  const auto flow = weir::flow("f", {.log_prints = true}, print);
  task.on(t.runtime)();
  print();                           // in no run
  std::thread(print).join();         // in a thread that nobody bound
  task.on(weir::runtime::null())();  // no record
  flow.on(weir::runtime::null())();
  CHECK(shown.out.text() == "printedprintedprintedprintedprinted");
  CHECK(t.store().logs({.contains = "printed"}).size() == 1);
}

TEST_CASE("lines below the runtime's level are shown and not stored", "[prints]") {
  auto& shown = consoles::cleared();
  virtual_runtime t({.log_level = weir::log::level::warning});
  weir::flow("f", {.log_prints = true}, [] {
    std::cout << "printed\n";
    weir::log::print("too");
  }).on(t.runtime)();
  CHECK(shown.out.text() == "printed\ntoo\n");
  CHECK(t.store().logs().empty());
}

TEST_CASE("pieces are joined until the newline, however they come", "[prints]") {
  consoles::cleared();
  CHECK(printed_by([] {
          std::cout << "a" << 1 << ' ' << std::hex << 255 << std::dec << std::flush << "z" << std::endl;
          for (const char c : std::string("by char\n")) std::cout.put(c);
          std::cout.write("two\nlines\nand", 13).flush();
          std::cout << std::unitbuf << " a"
                    << " half" << std::nounitbuf << "\n\n";
          std::cout << std::setw(4) << std::setfill('.') << 7;
        }) == texts{"a1 ffz", "by char", "two", "lines", "and a half", "", "...7"});
}

TEST_CASE("a line without its newline ends with the attempt", "[prints]") {
  auto& shown = consoles::cleared();
  virtual_runtime t;
  int attempt = 0;
  const auto task = weir::task("t", {.retries = 1, .log_prints = true}, [&] {
    std::cout << "attempt " << ++attempt;
    if (attempt == 1) throw std::runtime_error("once more");
  });
  weir::flow("f", [&] { task(); }).on(t.runtime)();
  CHECK(shown.out.text() == "attempt 1attempt 2");
  auto lines = of_task(t, "t");
  std::erase_if(lines, [](const auto& m) { return m.find("retry") != std::string::npos; });
  CHECK(lines == texts{"attempt 1", "attempt 2"});
}

TEST_CASE("what an inner run prints is the inner run's, and the outer line goes on after it", "[prints]") {
  auto& shown = consoles::cleared();
  virtual_runtime t;
  const auto inner = weir::task("inner", [] { std::cout << "inner\nstill inner"; });
  const auto outer = weir::task("outer", {.log_prints = true}, [&] {
    std::cout << "outer ";
    inner();
    std::cout << " goes on\n";
  });
  weir::flow("f", [&] { outer(); }).on(t.runtime)();
  CHECK(shown.out.text() == "outer inner\nstill inner goes on\n");
  CHECK(of_task(t, "inner") == texts{"inner", "still inner"});
  CHECK(of_task(t, "outer") == texts{"outer  goes on"});
}

TEST_CASE("lines on different streams do not mix", "[prints]") {
  consoles::cleared();
  CHECK(printed_by([] {
          std::cout << "out ";
          std::cerr << "err ";
          std::clog << "log ";
          std::cout << "1\n";
          std::cerr << "2\n";
          std::clog << "3\n";
        }) == texts{"out 1", "err 2", "log 3"});
}

TEST_CASE("a progress bar is one line, Windows ends of lines are ends of lines", "[prints]") {
  auto& shown = consoles::cleared();
  CHECK(printed_by([] {
          for (int i = 0; i <= 100; ++i) std::cout << '\r' << i << '%' << std::flush;
          std::cout << "\r\nnext\r\n";
        }) == texts{"100%", "next"});
  CHECK_THAT(shown.out.text(), ContainsSubstring("\r98%\r99%\r100%\r\nnext\r\n"));
}

TEST_CASE("an endless line is stored in pieces of 64 KiB, and shown whole", "[prints]") {
  auto& shown = consoles::cleared();
  const auto lines = printed_by([] {
    for (int i = 0; i < 200; ++i) std::cout << std::string(1000, 'x');
  });
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].size() == 64 * 1024);
  CHECK(lines[3].size() == 200'000 - 3 * 64 * 1024);
  CHECK(shown.out.text().size() == 200'000);
}

TEST_CASE("bytes of any value come back from a store file as they were printed", "[prints][store]") {
  consoles::cleared();
  temporary_folder folder;
  weir::runtime rt({.store = folder / "weir.db", .console = false});
  constexpr char bytes[] = "zero \0 here, \xff\xfe no UTF-8, \x1b[31mred\x1b[0m, \xc3\xa9";
  const std::string odd(bytes, sizeof bytes - 1);
  weir::flow("f", {.log_prints = true}, [&] { std::cout << odd << "\n"; }).on(rt)();
  const weir::store store(folder / "weir.db");  // as another program: all was written before the flow returned
  const auto lines = store.logs();
  REQUIRE(lines.size() == 3);
  CHECK(lines[1].message == odd);
}

TEST_CASE("threads bound to one run print lines of that run, each thread its own", "[prints][threads]") {
  consoles::cleared();
  virtual_runtime t;
  constexpr int threads = 4, lines = 500;
  const auto task = weir::task("t", {.log_prints = true}, [&] {
    std::cout << "of the body, ";
    std::vector<std::thread> all;
    const auto print = weir::bind_context([](int thread) {
      for (int i = 0; i < lines; ++i)
        std::cout << "thread " << std::to_string(thread) << " line " << std::to_string(i) << '\n';
      std::cout << "unfinished";
    });
    for (int n = 0; n < threads; ++n) all.emplace_back(print, n);
    for (auto& thread : all) thread.join();
    std::cout << "to its end";
  });
  weir::flow("f", [&] { task(); }).on(t.runtime)();
  const auto stored = messages(t.store().logs({.task_run = t.only("t").id, .limit = 10'000}));
  CHECK(stored.size() == threads * lines + threads + 1);
  std::vector<int> next(threads, 0);
  int wrong = 0, unfinished = 0;
  for (const auto& line : stored) {
    if (line == "unfinished") ++unfinished;
    if (!line.starts_with("thread ")) continue;
    const auto n = static_cast<std::size_t>(line.at(7) - '0');
    if (line != "thread " + std::to_string(n) + " line " + std::to_string(next.at(n)++)) ++wrong;
  }
  CHECK(wrong == 0);
  CHECK(unfinished == threads);
  CHECK(stored.back() == "of the body, to its end");
}

TEST_CASE("flows that run at the same time in different threads keep their lines apart", "[prints][threads]") {
  consoles::cleared();
  virtual_runtime t;
  const auto task = weir::task("t", [](int n) {
    for (int i = 0; i < 50; ++i) std::cout << "of " << std::to_string(n) << '\n';
  });
  const auto flow = weir::flow("f", {.log_prints = true}, [&](int n) {
    for (int i = 0; i < 10; ++i) {
      std::cout << "of " << std::to_string(n) << "\n";
      task(n);
    }
  });
  flow.on(t.runtime)(9);  // puts weir's buffer in place before there are threads
  std::vector<std::thread> threads;
  for (int n = 0; n < 4; ++n) threads.emplace_back([&, n] { flow.on(t.runtime)(n); });
  for (auto& thread : threads) thread.join();
  for (const auto& run : t.store().flow_runs()) {
    const auto lines = t.store().logs({.flow_run = run.id, .contains = "of ", .limit = 10'000});
    const auto n = run.parameters.at(run.parameters.size() - 2);
    std::size_t own = 0;
    for (const auto& l : lines) own += l.message == std::string("of ") + n;
    CHECK(own == 510);
    CHECK(lines.size() == own);
  }
}

TEST_CASE("a thread that prints after its run ended still prints for it", "[prints][threads]") {
  consoles::cleared();
  virtual_runtime t;
  std::thread late;
  pipe_signal go;
  weir::flow("f", {.log_prints = true}, [&] {
    late = std::thread(weir::bind_context([&] {
      go.wait();
      std::cout << "late\nand later";
    }));
  }).on(t.runtime)();
  go.raise();
  late.join();
  CHECK(messages(t.store().logs({.contains = "late"})) == texts{"late", "and later"});
}

TEST_CASE("what a bound function prints without a newline is a line when it returns", "[prints]") {
  consoles::cleared();
  virtual_runtime t;
  std::vector<std::function<void()>> bound;
  const auto flow = weir::flow("f", {.log_prints = true}, [&](int n) {
    const auto print = weir::bind_context([n] { std::cout << "bound to " << n; });
    bound.emplace_back(print);
  });
  flow.on(t.runtime)(1);
  flow.on(t.runtime)(2);
  bound[0]();
  bound[1]();
  for (const auto& run : t.store().flow_runs()) {
    const auto lines = t.store().logs({.flow_run = run.id, .contains = "bound to"});
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].message == std::string("bound to ") + run.parameters.at(run.parameters.size() - 2));
  }
}

TEST_CASE("a buffer that somebody puts in later is left alone, with one warning", "[prints]") {
  consoles::cleared();
  virtual_runtime t;
  const auto flow = weir::flow("f", {.log_prints = true}, [](const std::string& text) { std::cout << text << "\n"; });
  flow.on(t.runtime)("first");
  std::ostringstream theirs;
  auto* ours = std::cout.rdbuf(theirs.rdbuf());
  flow.on(t.runtime)("second");
  flow.on(t.runtime)("third");
  std::cout.rdbuf(ours);
  flow.on(t.runtime)("fourth");
  CHECK(theirs.str() == "second\nthird\n");
  CHECK(t.store().logs({.contains = "second"}).empty());
  CHECK(t.store().logs({.contains = "fourth"}).size() == 1);
  const auto warnings = t.store().logs({.min_level = weir::log::level::warning});
  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings[0].message, ContainsSubstring("std::cout was given another buffer"));
}

TEST_CASE("printing leaves errno as it was", "[prints]") {
  struct careless_clock final : weir::clock {
    weir::timestamp now() const noexcept override {
      errno = EBADF;
      return weir::timestamp::from_micros(1);
    }
    weir::steady_time steady_now() const noexcept override { return {}; }
  };
  consoles::cleared();
  weir::runtime rt(
      {.console = false, .clock = std::make_shared<careless_clock>(), .store_port = weir::testing::memory_store()});
  int after = 0;
  weir::flow("f", {.log_prints = true}, [&] {
    errno = ENOENT;
    std::cout << "line\n";
    after = errno;
  }).on(rt)();
  CHECK(after == ENOENT);
}

TEST_CASE("log::print writes a line past the flags of std::cout, and stores it in any run", "[prints]") {
  auto& shown = consoles::cleared();
  virtual_runtime t;
  std::cout << std::hex;
  const auto body = [] {
    weir::log::print("{} rows", 255);
    weir::log::print("two\nlines\n");
    weir::log::print("");
  };
  const auto task = weir::task("t", {.log_prints = GENERATE(true, false)}, body);
  task.on(t.runtime)();
  std::cout << std::dec;
  CHECK(shown.out.text() == "255 rows\ntwo\nlines\n\n");
  CHECK(of_task(t, "t") == texts{"255 rows", "two", "lines", ""});
  CHECK(t.store().logs().at(0).level == weir::log::level::info);

  shown.out.clear();
  body();
  weir::task("t", {.log_prints = true}, body).on(weir::runtime::null())();
  CHECK(shown.out.text() == "255 rows\ntwo\nlines\n\n255 rows\ntwo\nlines\n\n");
  CHECK(t.store().logs().size() == 4);
}

TEST_CASE("fmt::print of weir's types finds no function of ours", "[prints]") {
  std::FILE* nowhere = std::fopen("/dev/null", "w");
  fmt::print(nowhere, "{} {}", weir::uuid(), weir::log::level::info);
  std::fclose(nowhere);
}
