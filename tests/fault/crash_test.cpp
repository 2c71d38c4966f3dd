// Processes that die: what stays of their runs.

#include "support/catch2.hpp"
#include "support/files.hpp"
#include "support/runtime.hpp"

#include <chrono>
#include <thread>

using namespace weir_test;

namespace {

weir::runtime_options at(const std::string& path) { return {.store = path, .console = false}; }

const auto step = weir::task(
    "step", [](int n) { return n; }, weir::arg("n"));

}  // namespace

TEST_CASE("a flow whose process is killed is Crashed once somebody opens the store", "[fault][session]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  pipe_signal reached;
  const auto pid = start_child([&] {
    weir::runtime rt(at(path));
    weir::task_of<void()> hang = weir::task("hang", [&] {
      weir::runtime::current().store().count_task_runs();  // waits until the start of this run is in the store
      reached.raise();
      ::pause();
    });
    weir::flow("doomed", [&] {
      step(1);
      hang();
    }).on(rt)();
  });
  REQUIRE(reached.wait());
  ::kill(pid, SIGKILL);
  REQUIRE(died_of(wait_for(pid), SIGKILL));

  {
    const weir::store before(path, weir::open_mode::read_only);
    CHECK(before.flow_runs({.flow = "doomed"}).at(0).state.name == "Running");  // the hazard is there
  }
  const weir::runtime rt(at(path));
  const weir::store store(path);
  const auto run = store.flow_runs({.flow = "doomed"}).at(0);
  CHECK(run.state.type == weir::state_type::crashed);
  CHECK_THAT(run.state.message, ContainsSubstring(std::to_string(pid)));
  CHECK(names(run.history) == "Pending, Running, Crashed");
  CHECK(run.ended_at);
  CHECK(store.task_runs({.task = "hang"}).at(0).state.name == "Crashed");
  CHECK(store.task_runs({.task = "step"}).at(0).state.name == "Completed");
  CHECK(store.flow_runs({.states = {weir::state_type::running}}).empty());
}

TEST_CASE("what returned from a top-level flow survives a kill in the next instant", "[fault][durability]") {
  temporary_folder folder;
  for (int round = 0; round < 20; ++round) {
    const auto path = folder / ("weir" + std::to_string(round) + ".db");
    const int tasks = 1 + round * 37;
    const auto status = wait_for(start_child([&] {
      weir::runtime rt(at(path));
      weir::flow("f", [&] {
        for (int i = 0; i < tasks; ++i) step(i);
        weir::log::info("last words");
      }).on(rt)();
      ::raise(SIGKILL);
    }));
    REQUIRE(died_of(status, SIGKILL));
    const weir::store store(path);
    CHECK(store.flow_runs({.flow = "f"}).at(0).state.name == "Completed");
    CHECK(store.count_task_runs({.states = {weir::state_type::completed}}) == static_cast<std::size_t>(tasks));
    CHECK(store.logs({.contains = "last words"}).size() == 1);
  }
}

TEST_CASE("a task that is durable for the process is in the store before its caller goes on", "[fault][durability]") {
  temporary_folder folder;
  const auto how = GENERATE(weir::durability::process, weir::durability::power);
  const auto path = folder / "weir.db";
  const auto status = wait_for(start_child([&] {
    weir::runtime rt(at(path));
    const auto durable = weir::task("durable", {.durability = how}, [] {});
    weir::flow("f", [&] {
      durable();
      ::raise(SIGKILL);
    }).on(rt)();
  }));
  REQUIRE(died_of(status, SIGKILL));
  CHECK(weir::store(path).task_runs({.task = "durable"}).at(0).state.name == "Completed");
}

TEST_CASE("a live process keeps its runs when another opens the store", "[fault][session]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  pipe_signal reached, done;
  const auto pid = start_child([&] {
    weir::runtime rt(at(path));
    weir::flow("alive", [&] {
      reached.raise();
      done.wait();
    }).on(rt)();
  });
  REQUIRE(reached.wait());
  {
    weir::runtime rt(at(path));
    CHECK(rt.store().flow_runs({.flow = "alive"}).at(0).state.name == "Running");
    weir::flow("other", [] {}).on(rt)();
  }
  done.raise();
  CHECK(wait_for(pid) == 0);
  const weir::store store(path);
  CHECK(store.flow_runs({.flow = "alive"}).at(0).state.name == "Completed");
  CHECK(store.flow_runs({.flow = "other"}).at(0).state.name == "Completed");
}

TEST_CASE("a killed process whose forked child lives on is still seen as dead", "[fault][session][fork]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  pipe_signal reached, done;
  const auto pid = start_child([&] {
    weir::runtime rt(at(path));
    weir::flow("parent", [&] {
      if (::fork() == 0) {
        reached.raise();  // by the child: by now it has let go of what it inherited
        done.wait();
        ::_exit(0);
      }
      ::pause();
    }).on(rt)();
  });
  REQUIRE(reached.wait());
  ::kill(pid, SIGKILL);
  REQUIRE(died_of(wait_for(pid), SIGKILL));
  {
    weir::runtime rt(at(path));
    CHECK(rt.store().flow_runs({.flow = "parent"}).at(0).state.name == "Crashed");
  }
  done.raise();
}

TEST_CASE("processes that write one file at once lose nothing and mix nothing", "[fault][processes]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  constexpr int processes = 4, flows = 20, tasks = 30;
  std::vector<pid_t> children;
  for (int p = 0; p < processes; ++p)
    children.push_back(start_child([&, p] {
      weir::runtime rt(at(path));
      const auto flow = weir::flow("f" + std::to_string(p), [&](int) {
        for (int i = 0; i < tasks; ++i) {
          step(p);
          weir::log::info("from {}", p);
        }
      });
      for (int i = 0; i < flows; ++i) flow.on(rt)(i);
    }));
  for (const auto pid : children) CHECK(wait_for(pid) == 0);

  const weir::store store(path);
  for (int p = 0; p < processes; ++p) {
    const auto runs = store.flow_runs({.flow = "f" + std::to_string(p)});
    CHECK(runs.size() == flows);
    for (const auto& run : runs) {
      const auto rows = store.task_runs({.flow_run = run.id});
      CHECK(rows.size() == tasks);
      for (const auto& row : rows) CHECK(row.parameters == "{\"n\":" + std::to_string(p) + "}");
      for (const auto& line : store.logs({.flow_run = run.id, .contains = "from"}))
        CHECK(line.message == "from " + std::to_string(p));
    }
  }
}

TEST_CASE("a forked child records for itself and leaves its parent's record alone", "[fault][fork]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  weir::runtime rt(at(path));
  weir::flow("parent", [&] {
    step(1);
    const int code = in_child([&] {
      step(2);  // part of the parent's run: not the child's to record
      weir::runtime own(at(path));
      weir::flow("child", [] { step(3); }).on(own)();
      weir::flow("again", [] { step(4); }).on(rt)();  // the parent's runtime opens the store anew
      return 0;
    });
    CHECK(code == 0);
    step(5);
  }).on(rt)();
  auto& store = rt.store();
  CHECK(store.flow_runs({.flow = "parent"}).at(0).state.name == "Completed");
  CHECK(store.flow_runs({.flow = "child"}).at(0).state.name == "Completed");
  CHECK(store.flow_runs({.flow = "again"}).at(0).state.name == "Completed");
  CHECK(store.task_runs({.flow_run = store.flow_runs({.flow = "parent"}).at(0).id}).size() == 2);
}

TEST_CASE("a forked child that goes on in its parent's run neither asks nor changes its store",
          "[fault][fork][cache]") {
  temporary_folder folder;
  weir::runtime rt(at(folder / "weir.db"));
  int calls = 0;
  const auto cached =
      weir::task("cached", {.cache = weir::cache::key("k"), .cache_single = true}, [&] { return ++calls; });
  weir::flow("parent", {.retries = 1}, [&] {
    CHECK(cached() == 1);
    rt.store().count_task_runs();  // the entry is in the store
    const int code = in_child([&] {
      if (cached() != 2) return 1;  // in the parent's run: as if there were no cache
      return weir::flow("child", [&] { return cached(); })() == 1 ? 0 : 2;  // in a run of its own
    });
    CHECK(code == 0);
    CHECK(cached() == 1);
  }).on(rt)();
  CHECK(rt.store().task_runs({.flow_run = rt.store().flow_runs({.flow = "parent"}).at(0).id}).size() == 2);
}

TEST_CASE("std::exit in the middle of a flow keeps what was recorded, and the run is Crashed", "[fault][exit]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  const auto pid = ::fork();
  if (pid == 0) {
    ::setenv("WEIR_STORE", path.c_str(), 1);
    ::setenv("WEIR_LOG_LEVEL", "error", 1);
    weir::flow("leaves", [] {
      step(1);
      std::exit(3);
    })();
  }
  const int status = wait_for(pid);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 3);
  weir::runtime rt(at(path));
  CHECK(rt.store().flow_runs({.flow = "leaves"}).at(0).state.name == "Crashed");
  CHECK(rt.store().task_runs({.task = "step"}).at(0).state.name == "Completed");
}
