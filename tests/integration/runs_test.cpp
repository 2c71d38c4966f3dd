#include "support/catch2.hpp"
#include "support/runtime.hpp"

#include <functional>
#include <set>
#include <stdexcept>
#include <thread>

using namespace std::chrono_literals;
using weir_test::names;
using weir_test::virtual_runtime;

TEST_CASE("a flow that returns is Completed, one that throws Failed with what it threw", "[engine]") {
  virtual_runtime t;
  const auto flow = weir::flow(
      "f",
      [](bool good) {
        if (!good) throw std::invalid_argument("bad input");
        return 5;
      },
      weir::arg("good"));
  auto good = flow.on(t.runtime).run(true);
  CHECK(good);
  CHECK(good.result() == 5);
  CHECK(t.store().get_flow_run(good.id()).state.name == "Completed");

  auto bad = flow.on(t.runtime).run(false);
  CHECK_FALSE(bad);
  CHECK(bad.state().type == weir::state_type::failed);
  CHECK(bad.failure().type == "std::invalid_argument");
  CHECK(bad.result_or(7) == 7);
  CHECK_THROWS_AS(bad.result(), std::invalid_argument);
  CHECK_THROWS_AS(good.failure(), weir::usage_error);
  const auto record = t.store().get_flow_run(bad.id());
  CHECK(record.state.message == "std::invalid_argument: bad input");
  CHECK(record.failure->message == "bad input");
  CHECK_THROWS_AS(flow.on(t.runtime)(false), std::invalid_argument);
}

TEST_CASE("a flow that catches the failure of a task completes", "[engine]") {
  virtual_runtime t;
  const auto fails = weir::task("fails", [] { throw std::runtime_error("no"); });
  const auto flow = weir::flow("f", [&] {
    try {
      fails();
    } catch (const std::exception&) {
    }
  });
  CHECK(flow.on(t.runtime).run());
  CHECK(t.only("fails").state.name == "Failed");
}

TEST_CASE("nested causes are recorded, and so is what is no std::exception", "[engine]") {
  virtual_runtime t;
  const auto nested = weir::flow("nested", [] {
    try {
      try {
        throw std::runtime_error("disk");
      } catch (...) {
        std::throw_with_nested(std::runtime_error("read"));
      }
    } catch (...) {
      std::throw_with_nested(std::logic_error("load"));
    }
  });
  const auto run = nested.on(t.runtime).run();
  CHECK(run.failure().type == "std::logic_error");
  CHECK(run.failure().causes == std::vector<std::string>{"read", "disk"});
  CHECK(t.store().get_flow_run(run.id()).failure->causes == run.failure().causes);

  const auto text = weir::flow("text", [] { throw std::string("just text"); }).on(t.runtime).run();
  CHECK(text.failure().message == "just text");
  const auto number = weir::flow("number", [] { throw 42; }).on(t.runtime).run();
  CHECK(number.failure().type == "int");
  CHECK(number.state().message == "int");
  CHECK_THROWS_AS(number.result(), int);
}

TEST_CASE("a message of a million characters is kept, a longer one cut with a word about it", "[engine]") {
  virtual_runtime t;
  const auto fail = [&](std::size_t n) {
    const auto run = weir::flow("f", [n] { throw std::runtime_error(std::string(n, 'x')); }).on(t.runtime).run();
    return t.store().get_flow_run(run.id()).failure->message;
  };
  CHECK(fail(1'000'000).size() == 1'000'000);
  CHECK_THAT(fail(2'000'000), ContainsSubstring("more bytes)"));
}

TEST_CASE("a body names its own final state", "[engine]") {
  virtual_runtime t;
  const auto flow = weir::flow("f", [] { weir::this_run::finish_as("Skipped", "no new files"); });
  const auto run = flow.on(t.runtime).run();
  CHECK(run.state().is_completed());
  const auto record = t.store().get_flow_run(run.id());
  CHECK(record.state.name == "Skipped");
  CHECK(record.state.message == "no new files");
  CHECK(record.state.type == weir::state_type::completed);
}

TEST_CASE("a subflow is a run of its own and a row in its parent that shows the same states", "[engine][subflow]") {
  virtual_runtime t;
  const auto step = weir::task("step", [] {});
  const auto inner = weir::flow(
      "inner", {.retries = 1, .retry_delay = 1s},
      [&, n = std::make_shared<int>(0)](int) {
        step();
        if (++*n == 1) throw std::runtime_error("once");
      },
      weir::arg("x"));
  const auto outer = weir::flow("outer", [&] {
    inner(1);
    inner(2);
    step();
  });
  const auto run = outer.on(t.runtime).run();
  REQUIRE(run);

  const auto rows = t.store().task_runs({.flow_run = run.id()});
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].task == "inner");
  REQUIRE(rows[0].child_flow_run);
  const auto child = t.store().get_flow_run(*rows[0].child_flow_run);
  CHECK(child.flow == "inner");
  CHECK(child.parent == run.id());
  CHECK(child.parent_task_run == rows[0].id);
  CHECK(child.parameters == R"({"x":1})");
  CHECK(names(rows[0].history) == "Pending, Running, AwaitingRetry, Retrying, Completed");
  CHECK(names(child.history) == names(rows[0].history));
  CHECK(rows[1].index == 1);
  CHECK(t.store().flow_runs({.parent = run.id()}).size() == 2);
  CHECK(t.store().task_runs({.flow_run = child.id}).at(0).index == 0);  // indices restart in each run

  const auto tree = t.store().run_tree(run.id());
  REQUIRE(tree.children.size() == 3);
  CHECK(tree.children[0].children.size() == 1);
}

TEST_CASE("a failed subflow throws its own exception at its caller", "[engine][subflow]") {
  virtual_runtime t;
  const auto inner = weir::flow("inner", []() -> int { throw std::out_of_range("far"); });
  const auto outer = weir::flow("outer", [&] {
    try {
      return inner();
    } catch (const std::out_of_range&) {
      return -1;
    }
  });
  CHECK(outer.on(t.runtime)() == -1);
  CHECK(t.only("inner").state.name == "Failed");
}

TEST_CASE("recursion gives each run its own identity", "[engine][identity]") {
  virtual_runtime t;
  weir::task_of<int(int)>* self = nullptr;
  weir::task_of<int(int)> countdown = weir::task<int(int)>(
      "countdown", [&](int n) { return n == 0 ? 0 : (*self)(n - 1) + 1; }, weir::arg("n"));
  self = &countdown;
  CHECK(weir::flow("f", [&] { return countdown(3) + countdown(1); }).on(t.runtime)() == 4);
  const auto runs = t.store().task_runs({.task = "countdown"});
  REQUIRE(runs.size() == 6);
  CHECK_FALSE(runs[0].parent);
  CHECK(runs[1].parent == runs[0].id);
  CHECK(runs[1].index == 0);
  CHECK_FALSE(runs[4].parent);
  CHECK(runs[4].index == 1);
  CHECK(t.store().task_runs({.parent = runs[0].id}).size() == 1);
}

TEST_CASE("a task or flow that calls itself without end fails with a word about it, and the process goes on",
          "[engine]") {
#if defined(__SANITIZE_THREAD__)
  WEIR_SKIP("a throw through thousands of calls takes the thread sanitizer minutes and all memory");
#endif
  virtual_runtime t;
  std::function<int(int)> again;
  int deepest = 0;
  const auto body = [&](int n) { return again(deepest = n + 1); };
  const auto message = [&](const auto& called) -> std::string {
    again = [&](int n) { return called(n); };
    try {
      called.on(t.runtime)(0);
    } catch (const weir::usage_error& e) {
      return e.what();
    }
    return {};
  };
  const auto task = weir::task("endless", body);
  CHECK_THAT(message(task), ContainsSubstring("task \"endless\"") && ContainsSubstring("calls go so deep"));
  CHECK(deepest > 1000);
  const auto levels = static_cast<std::size_t>(deepest);
  CHECK(t.store().count_task_runs({.states = {weir::state_type::failed}}) == levels);

  const auto flow = weir::flow("endless flow", body);
  CHECK_THAT(message(flow), ContainsSubstring("flow \"endless flow\""));
  CHECK(deepest > 500);

  std::string in_thread;
  std::thread([&] { in_thread = message(task); }).join();
  CHECK_THAT(in_thread, ContainsSubstring("calls go so deep"));
}

TEST_CASE("a task outside any flow is recorded, and no listing of flow runs shows where", "[engine]") {
  virtual_runtime t;
  weir::task("alone", [] {}).on(t.runtime)();
  CHECK(t.only("alone").state.name == "Completed");
  CHECK(t.store().flow_runs().empty());
  CHECK(t.store().count_flow_runs() == 0);
}

TEST_CASE("this_run tells a body who it is", "[context]") {
  virtual_runtime t;
  CHECK_FALSE(weir::this_run::active());
  CHECK_THROWS_AS(weir::this_run::id(), weir::usage_error);
  weir::uuid flow_id, task_id, seen_flow;
  std::string task_name, parameters;
  std::vector<std::string> run_tags;
  const auto task = weir::task(
      "task", {.tags = {"io"}},
      [&](int) {
        task_id = weir::this_run::id();
        seen_flow = weir::this_run::flow_run_id();
        task_name = weir::this_run::name();
        parameters = weir::this_run::parameters();
        run_tags = weir::this_run::tags();
      },
      weir::arg("x"));
  const auto run = weir::flow("f",
                              [&] {
                                flow_id = weir::this_run::id();
                                CHECK(weir::this_run::name() == t.store().get_flow_run(flow_id).name);
                                task(4);
                                CHECK(weir::this_run::id() == flow_id);
                              })
                       .on(t.runtime)
                       .run();
  CHECK(run.id() == flow_id);
  CHECK(seen_flow == flow_id);
  CHECK(task_name == "task-0");
  CHECK(parameters == R"({"x":4})");
  CHECK(run_tags == std::vector<std::string>{"io"});
  CHECK(t.only("task").id == task_id);
  CHECK(t.store().find_task_run(task_id)->flow_run == flow_id);
}

TEST_CASE("tags nest, reach the runs made inside, and end with their scope", "[context]") {
  virtual_runtime t;
  weir::runtime_scope scope(t.runtime);
  const auto task = weir::task("t", {.tags = {"own"}}, [] {});
  {
    weir::tags outer("a", "b");
    {
      weir::tags inner("c");
      weir::flow("f", [&] { task(); })();
    }
    task();
  }
  task();
  const auto runs = t.store().task_runs({.task = "t"});
  std::multiset<std::vector<std::string>> seen;
  for (const auto& r : runs) seen.insert(r.tags);
  CHECK(seen == std::multiset<std::vector<std::string>>{{"a", "b", "c", "own"}, {"a", "b", "own"}, {"own"}});
  CHECK(t.store().flow_runs({.tags = {"a", "c"}}).size() == 1);
  CHECK_THROWS_AS(weir::tags("x\ny"), weir::usage_error);
}

TEST_CASE("a bound thread works for the run that it was bound in", "[context]") {
  virtual_runtime t;
  const auto task = weir::task(
      "t", [](int) {}, weir::arg("i"));
  const auto run = weir::flow("f",
                              [&] {
                                std::vector<std::thread> threads;
                                for (int i = 0; i < 4; ++i)
                                  threads.emplace_back(weir::bind_context([&](int n) {
                                                         for (int k = 0; k < 50; ++k) task(n);
                                                         weir::log::info("from a thread");
                                                       }),
                                                       i);
                                for (auto& thread : threads) thread.join();
                              })
                       .on(t.runtime)
                       .run();
  const auto runs = t.store().task_runs({.flow_run = run.id(), .limit = 1000});
  CHECK(runs.size() == 200);
  std::set<std::uint32_t> indices;
  for (const auto& r : runs) indices.insert(r.index);
  CHECK(indices.size() == 200);
  CHECK(*indices.rbegin() == 199);
  CHECK(t.store().logs({.flow_run = run.id(), .contains = "from a thread"}).size() == 4);
}

TEST_CASE("a bound thread may outlive its run", "[context]") {
  virtual_runtime t;
  std::thread late;
  weir::testing::manual_clock unused;
  std::atomic<bool> ended{false};
  const auto task = weir::task("late", [] {});
  const auto run = weir::flow("f",
                              [&] {
                                late = std::thread(weir::bind_context([&] {
                                  while (!ended) std::this_thread::yield();
                                  task();
                                }));
                              })
                       .on(t.runtime)
                       .run();
  ended = true;
  late.join();
  CHECK(t.only("late").flow_run == run.id());
}

TEST_CASE("run times and dates follow the states", "[engine]") {
  virtual_runtime t;
  const auto run = weir::flow("f", {.retries = 1, .retry_delay = 1h},
                              [&, n = std::make_shared<int>(0)] {
                                t.clock->advance(10s);
                                if (++*n == 1) throw 1;
                              })
                       .on(t.runtime)
                       .run();
  const auto record = t.store().get_flow_run(run.id());
  CHECK(record.total_run_time.count() == Approx(20).epsilon(0.001));
  REQUIRE(record.started_at);
  REQUIRE(record.ended_at);
  CHECK(*record.started_at == record.history[1].at);
  CHECK(*record.ended_at == record.history.back().at);
  CHECK(*record.ended_at - *record.started_at > 1h + 19s);
}

TEST_CASE("times strictly increase when the clock goes back", "[engine]") {
  virtual_runtime t;
  const auto run = weir::flow("f", [&] { t.clock->advance(-1h); }).on(t.runtime).run();
  const auto history = t.store().get_flow_run(run.id()).history;
  for (std::size_t i = 1; i < history.size(); ++i) CHECK(history[i - 1].at < history[i].at);
}
