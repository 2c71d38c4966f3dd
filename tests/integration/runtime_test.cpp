#include "support/runtime.hpp"
#include "support/catch2.hpp"
#include "support/files.hpp"

#include <stdexcept>
#include <thread>

using namespace weir_test;

namespace {

weir::runtime_options at(const std::string& path) { return {.store = path, .console = false}; }

const auto step = weir::task(
    "step", [](int n) { return n; }, weir::arg("n"));

}  // namespace

TEST_CASE("a call uses on(), then the run it is in, then the innermost scope, then the process default", "[runtime]") {
  virtual_runtime given, scoped, inner;
  weir::runtime_scope outer_scope(scoped.runtime);
  step(1);
  CHECK(scoped.store().count_task_runs() == 1);
  step.on(given.runtime)(2);
  CHECK(given.store().count_task_runs() == 1);
  {
    weir::runtime_scope inner_scope(inner.runtime);
    step(3);
    CHECK(inner.store().count_task_runs() == 1);
  }
  weir::flow("f", [&] {
    weir::runtime_scope ignored(scoped.runtime);
    step(4);  // the run's runtime comes before the scope
    CHECK(&weir::runtime::current() == &given.runtime);
  }).on(given.runtime)();
  CHECK(given.store().count_task_runs() == 2);
  CHECK(scoped.store().count_task_runs() == 1);
  CHECK(&weir::runtime::current() == &scoped.runtime);
}

TEST_CASE("the null runtime records nothing, and calls, retries and results work", "[runtime][null]") {
  weir::runtime_scope scope(weir::runtime::null());
  int calls = 0;
  const auto flaky = weir::task("flaky", {.retries = 2}, [&] {
    CHECK(weir::this_run::active());
    CHECK(weir::this_run::id() == weir::uuid{});
    CHECK(weir::this_run::attempt() == calls + 1);
    if (++calls < 3) throw 1;
    return calls;
  });
  const auto run = weir::flow("f", [&] { return flaky(); }).run();
  CHECK(run.result() == 3);
  CHECK(run.id() == weir::uuid{});
  CHECK(run.state().is_completed());
  const auto failed = weir::flow("f", [] { throw std::runtime_error("no"); }).run();
  CHECK(failed.failure().message == "no");
  CHECK_THROWS_AS(weir::runtime::null().store(), weir::usage_error);
}

TEST_CASE("two runtimes on one file share its writer and see each other's runs", "[runtime]") {
  temporary_folder folder;
  weir::runtime a(at(folder / "weir.db"));
  weir::runtime b(at(folder.str() + "/./weir.db"));
  weir::flow("from a", [] { step(1); }).on(a)();
  weir::flow("from b", [] { step(2); }).on(b)();
  CHECK(a.store().flow_runs().size() == 2);
  CHECK(b.store().flow_runs().size() == 2);
  CHECK(a.store().task_runs({.task = "step"}).size() == 2);
}

TEST_CASE("a store that was closed goes on where it was", "[runtime]") {
  temporary_folder folder;
  for (int i = 0; i < 3; ++i) {
    weir::runtime rt(at(folder / "weir.db"));
    weir::flow("f", [&] { step(i); }).on(rt)();
    step.on(rt)(i);
  }
  const weir::store store(folder / "weir.db");
  CHECK(store.flow_runs().size() == 3);
  CHECK(store.count_task_runs() == 6);
  CHECK(store.flow_runs().at(0).created_at > store.flow_runs().at(2).created_at);
}

TEST_CASE("a task in a static object that outlives main still runs", "[runtime][exit]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  const auto status = wait_for([&] {
    const auto pid = ::fork();
    if (pid == 0) {
      ::setenv("WEIR_STORE", path.c_str(), 1);
      struct late {
        weir::task_of<int(int)> task = step;
        ~late() {
          if (task(7) != 7) ::_exit(9);
        }
      };
      static late at_exit;
      step(1);
      std::exit(0);
    }
    return pid;
  }());
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(weir::store(path).task_runs({.task = "step"}).at(0).parameters == R"({"n":1})");
}

TEST_CASE("the environment says where the process default records, and how much", "[runtime][environment]") {
  temporary_folder folder;
  const auto run = [&](auto&& prepare) {
    return in_child([&] {
      ::unsetenv("WEIR_STORE");
      ::unsetenv("WEIR_HOME");
      ::unsetenv("WEIR_LOG_LEVEL");
      if (::chdir(folder.str().c_str()) != 0) return 30;
      if (!::freopen("/dev/null", "w", stderr)) return 31;
      prepare();
      try {
        step(1);
        if (&weir::runtime::current() == &weir::runtime::null()) return 2;
        weir::runtime::current().store().count_task_runs();
        return weir::log::enabled(weir::log::level::debug) ? 1 : 0;
      } catch (const weir::usage_error&) {
        return 3;
      }
    });
  };
  CHECK(run([] {}) == 0);
  CHECK(std::filesystem::exists(folder / "weir.db"));
  std::filesystem::create_directory(folder / "home");
  CHECK(run([&] { ::setenv("WEIR_HOME", (folder / "home").c_str(), 1); }) == 0);
  CHECK(std::filesystem::exists(folder / "home/weir.db"));
  CHECK(run([&] {
          ::setenv("WEIR_HOME", (folder / "home").c_str(), 1);
          ::setenv("WEIR_STORE", (folder / "named.db").c_str(), 1);
        }) == 0);
  CHECK(std::filesystem::exists(folder / "named.db"));
  CHECK(run([] { ::setenv("WEIR_STORE", "off", 1); }) == 2);
  CHECK(run([] { ::setenv("WEIR_STORE", "OFF", 1); }) == 2);
  CHECK(run([] { ::setenv("WEIR_LOG_LEVEL", "DEBUG", 1); }) == 1);
  CHECK(run([] { ::setenv("WEIR_LOG_LEVEL", "loud", 1); }) == 3);
}

TEST_CASE("current_or_null makes no file", "[runtime]") {
  temporary_folder folder;
  CHECK(in_child([&] {
          if (::chdir(folder.str().c_str()) != 0) return 30;
          return &weir::runtime::current_or_null() == &weir::runtime::null() && std::filesystem::is_empty(folder.str())
                     ? 0
                     : 1;
        }) == 0);
}

TEST_CASE("for every store write that fails, the body runs on, its caller is told, and later runs are recorded",
          "[runtime][fault]") {
  for (int n = 1;; ++n) {
    CAPTURE(n);
    virtual_runtime t({}, {.fail_write = n});
    int ran = 0;
    const auto flow = weir::flow("f", {.durability = weir::durability::process}, [&] {
      for (int i = 0; i < 3; ++i) step(i);
      ++ran;
    });
    bool told = false;
    try {
      flow.on(t.runtime)();
    } catch (const weir::store_error& e) {
      told = true;
      CHECK_THAT(e.what(), ContainsSubstring("flow run"));
    }
    if (!told) {
      CHECK(n > 3);
      CHECK(ran == 1);
      break;
    }
    CHECK(ran == (n == 1 ? 0 : 1));  // a start that cannot be recorded is not run
    CHECK_NOTHROW(flow.on(t.runtime)());
    CHECK(t.store().flow_runs().at(0).state.name == "Completed");
  }
}

TEST_CASE("a durable task outside any flow says that it could not be recorded, and the next one is",
          "[runtime][fault]") {
  virtual_runtime t({}, {.fail_write = 1});
  int ran = 0;
  const auto task = weir::task("alone", {.durability = weir::durability::process}, [&] { return ++ran; });
  try {
    task.on(t.runtime)();
    FAIL("its record is lost");
  } catch (const weir::store_error& e) {
    CHECK_THAT(e.what(), ContainsSubstring("task run \"alone-0\"") && ContainsSubstring("could not be recorded"));
  }
  CHECK(ran == 1);
  CHECK(task.on(t.runtime)() == 2);
  CHECK(t.only("alone").state.name == "Completed");
}

TEST_CASE("a store that is closed leaves no log behind", "[runtime]") {
  temporary_folder folder;
  {
    weir::runtime rt(at(folder / "weir.db"));
    weir::flow("f", [] { step(1); }).on(rt)();
  }
  CHECK(std::filesystem::file_size(folder / "weir.db-wal") == 0);
  CHECK(weir::store(folder / "weir.db").count_task_runs() == 1);
}

TEST_CASE("runs of many threads in one runtime are recorded completely", "[runtime][threads]") {
  temporary_folder folder;
  weir::runtime rt(
      {.store = folder / "weir.db", .console = false, .queue_bytes = 64 * 1024});  // small: callers wait for room
  const auto flow = weir::flow(
      "f",
      [](int n) {
        for (int i = 0; i < 300; ++i) step(n);
        weir::log::info("done {}", n);
      },
      weir::arg("n"));
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      for (int k = 0; k < 5; ++k) flow.on(rt)(i);
    });
  for (auto& t : threads) t.join();
  CHECK(rt.store().count_flow_runs({.states = {weir::state_type::completed}}) == 40);
  CHECK(rt.store().count_task_runs({.states = {weir::state_type::completed}}) == 40 * 300);
  CHECK(rt.store().logs({.contains = "done"}).size() == 40);
}

TEST_CASE("a runtime may go while a bound thread still works for one of its runs", "[runtime][threads]") {
  temporary_folder folder;
  std::atomic<bool> gone{false};
  std::thread late;
  const auto body = [&] {
    late = std::thread(weir::bind_context([&] {
      while (!gone) std::this_thread::yield();
      step(9);
      weir::log::warning("late");
    }));
  };
  {
    weir::runtime rt(at(folder / "weir.db"));
    if (GENERATE(true, false)) weir::flow("f", body).on(rt)();
    else weir::task("t", body).on(rt)();  // in no flow
  }
  gone = true;
  late.join();
  const weir::store store(folder / "weir.db");
  CHECK(store.task_runs({.task = "step"}).size() == 1);
  CHECK(store.logs({.contains = "late"}).size() == 1);
}
