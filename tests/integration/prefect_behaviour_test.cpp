// What Prefect's users rely on, where no other test says it already. docs/behaviours.md lists every number with its test.

#include "support/catch2.hpp"
#include "support/runtime.hpp"

#include <functional>
#include <stdexcept>

using namespace std::chrono_literals;
using weir_test::names;
using weir_test::virtual_runtime;

TEST_CASE("behaviour 21: without a cache policy a repeated call executes every time", "[prefect]") {
  virtual_runtime t;
  int executed = 0;
  const auto task = weir::task(
      "same", [&](int n) { return ++executed, n; }, weir::arg("n"));
  weir::flow("f", [&] {
    for (int i = 0; i < 3; ++i) CHECK(task(7) == 7);
  }).on(t.runtime)();
  weir::flow("g", [&] { task(7); }).on(t.runtime)();
  CHECK(executed == 4);
  const auto runs = t.store().task_runs({.task = "same"});
  REQUIRE(runs.size() == 4);
  for (const auto& r : runs) CHECK(names(r.history) == "Pending, Running, Completed");
}

TEST_CASE(
    "behaviour 51: a flow that returns nothing is Completed when its tasks are, and Failed with the cause of what it threw",
    "[prefect]") {
  virtual_runtime t;
  const auto good = weir::task("good", [] {});
  const auto bad = weir::task("bad", [] { throw std::domain_error("below zero"); });
  const auto completed = weir::flow("completes",
                                    [&] {
                                      good();
                                      good();
                                    })
                             .on(t.runtime)
                             .run();
  CHECK(t.store().get_flow_run(completed.id()).state.type == weir::state_type::completed);
  const auto failed = weir::flow("fails",
                                 [&] {
                                   good();
                                   bad();
                                 })
                          .on(t.runtime)
                          .run();
  const auto record = t.store().get_flow_run(failed.id());
  CHECK(record.state.type == weir::state_type::failed);
  CHECK(record.failure->type == "std::domain_error");
  CHECK_THAT(record.state.message, ContainsSubstring("below zero"));
}

TEST_CASE("behaviour 58: a flow may call itself, and in each run the counts of calls begin at 0", "[prefect]") {
  virtual_runtime t;
  const auto leaf = weir::task("leaf", [] {});
  std::function<int(int)> again;
  const auto down = weir::flow(
      "down",
      [&](int n) {
        leaf();
        leaf();
        return n == 0 ? 0 : again(n - 1) + 1;
      },
      weir::arg("n"));
  again = [&](int n) { return down(n); };
  CHECK(down.on(t.runtime)(3) == 3);

  const auto runs = t.store().flow_runs({.flow = "down"});
  REQUIRE(runs.size() == 4);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    CAPTURE(i);
    CHECK(runs[i].parent.has_value() == (i != 3));  // newest first: the last is the one that was called here
    const auto calls = t.store().task_runs({.flow_run = runs[i].id});
    REQUIRE(calls.size() == (i == 0 ? 2u : 3u));
    CHECK(calls[0].name == "leaf-0");
    CHECK(calls[1].name == "leaf-1");
    if (i > 0) CHECK(calls[2].child_flow_run == runs[i - 1].id);
    if (i > 0) CHECK(calls[2].index == 0);
  }
  auto node = t.store().run_tree(runs[3].id);
  int depth = 0;
  while (node.children.size() == 3) {
    ++depth;
    node = weir::run_node(node.children[2]);
  }
  CHECK(depth == 3);
}

TEST_CASE("behaviour 60: a template of a run's name sees all parameters, and is filled in once a run", "[prefect]") {
  virtual_runtime t;
  std::vector<std::string> seen;
  const auto body = [&](const std::string&, int month) {
    seen.push_back(weir::this_run::name() + (month == 0 ? "" : "!"));
    if (seen.size() % 2 == 1) throw 1;
  };
  const auto task =
      weir::task("t", {.retries = 1, .run_name = "{city} {month}"}, body, weir::arg("city"), weir::arg("month") = 3);
  task.on(t.runtime)("Oslo");
  const auto flow = weir::flow("f", {.retries = 1, .run_name = "flow of {city} {month}"}, body, weir::arg("city"),
                               weir::arg("month") = 0);
  flow.on(t.runtime)("Rome");
  CHECK(seen == std::vector<std::string>{"Oslo 3!", "Oslo 3!", "flow of Rome 0", "flow of Rome 0"});
  CHECK(t.only("t").name == "Oslo 3");
  CHECK(t.store().flow_runs().at(0).name == "flow of Rome 0");
}

TEST_CASE(
    "behaviour 63: every state is stored in order with strictly increasing times, and the newest is the run's own",
    "[prefect]") {
  virtual_runtime t;
  int left = 2;
  const auto flaky = weir::task("flaky", {.retries = 2, .retry_delay = 5s}, [&] {
    if (left-- > 0) throw std::runtime_error("not yet");
    weir::this_run::finish_as("Skipped", "nothing to do");
  });
  const auto run = weir::flow("f", [&] { flaky(); }).on(t.runtime).run();
  const auto check = [](const auto& record, const std::string& expected) {
    CHECK(names(record.history) == expected);
    for (std::size_t i = 1; i < record.history.size(); ++i) CHECK(record.history[i - 1].at < record.history[i].at);
    CHECK(record.state.type == record.history.back().type);
    CHECK(record.state.name == record.history.back().name);
    CHECK(record.state.message == record.history.back().message);
    CHECK(record.state.at == record.history.back().at);
  };
  check(t.only("flaky"), "Pending, Running, AwaitingRetry, Retrying, AwaitingRetry, Retrying, Skipped");
  check(t.store().get_flow_run(run.id()), "Pending, Running, Completed");
}

TEST_CASE("behaviour 64: the start is set once; the end with the final state, and cleared when the run goes on",
          "[prefect]") {
  virtual_runtime t;
  std::optional<weir::timestamp> first_start, first_end;
  int attempt = 0;
  const auto step = weir::task("step", {.persist_result = false}, [&] {
    t.clock->advance(3s);
    if (attempt != 2) return;
    const auto now = t.only("step");
    CHECK(now.state.name == "Retrying");
    CHECK_FALSE(now.ended_at);
    CHECK(now.started_at == first_start);
  });
  weir::flow("f", {.retries = 1, .retry_delay = 1h}, [&] {
    ++attempt;
    step();
    const auto done = t.only("step");
    REQUIRE(done.ended_at);
    CHECK(*done.ended_at == done.state.at);
    if (attempt == 2) return;
    first_start = done.started_at;
    first_end = done.ended_at;
    throw std::runtime_error("once more");
  }).on(t.runtime)();
  const auto record = t.only("step");
  CHECK(*record.ended_at > *first_end + 1h);
  CHECK(record.total_run_time.count() == Approx(6).epsilon(0.001));  // both spans, and not the hour between
}

TEST_CASE("behaviour 87: a line outside any run is shown and not stored", "[prefect][log]") {
  virtual_runtime t;
  weir::runtime_scope scope(t.runtime);
  weir::log::error("nobody's");
  weir::flow("f", [] { weir::log::info("somebody's"); })();
  CHECK(t.store().logs({.contains = "nobody's"}).empty());
  CHECK(t.store().logs({.contains = "somebody's"}).size() == 1);
}
