#include "support/catch2.hpp"
#include "support/files.hpp"
#include "support/runtime.hpp"

#include <stdexcept>

using weir_test::virtual_runtime;

TEST_CASE("hooks are called in order with the record of the run, each for its state alone", "[hooks]") {
  virtual_runtime t;
  std::vector<std::string> called;
  const auto note = [&](std::string which) {
    return [&called, which](const weir::run_info& r) { called.push_back(which + " " + r.name + " " + r.state.name); };
  };
  const auto task = weir::task(
      "t",
      {.on_running = note("running"), .on_completion = {note("first"), note("second")}, .on_failure = note("failure")},
      [](bool good) {
        if (!good) throw std::runtime_error("no");
      });
  task.on(t.runtime)(true);
  CHECK_THROWS(task.on(t.runtime)(false));
  CHECK(called == std::vector<std::string>{"running t-0 Running", "first t-0 Completed", "second t-0 Completed",
                                           "running t-1 Running", "failure t-1 Failed"});
}

TEST_CASE("a failure hook is called once, after the last attempt, and sees what was thrown", "[hooks][retry]") {
  virtual_runtime t;
  std::vector<weir::run_info> seen;
  const auto flow = weir::flow(
      "f", {.retries = 2, .tags = {"x"}, .on_failure = [&](const weir::run_info& r) { seen.push_back(r); }},
      [](int) { throw std::out_of_range("far"); }, weir::arg("n"));
  (void)flow.on(t.runtime).run(3);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].kind == weir::run_kind::flow);
  CHECK(seen[0].attempts == 3);
  CHECK(seen[0].parameters == R"({"n":3})");
  CHECK(seen[0].tags == std::vector<std::string>{"x"});
  CHECK(seen[0].failure->message == "far");
  CHECK(seen[0].ended_at);
}

TEST_CASE("in a retried flow a run begins once, and may fail once in each attempt", "[hooks][retry]") {
  virtual_runtime t;
  std::vector<std::string> called;
  const auto hooks = [&](const std::string& of) {
    const auto note = [&called, of](const weir::run_info& r) { called.push_back(of + " " + r.state.name); };
    return weir::task_options{.on_running = note, .on_completion = note, .on_failure = note};
  };
  int calls = 0;
  const auto good = weir::task("good", hooks("good"), [] { return 1; });
  const auto flaky = weir::task("flaky", hooks("flaky"), [&] {
    if (++calls < 3) throw std::runtime_error("not yet");
  });
  weir::flow("f", {.retries = 2}, [&] {
    good();
    flaky();
  }).on(t.runtime)();
  CHECK(called == std::vector<std::string>{"good Running", "good Completed", "flaky Running", "flaky Failed",
                                           "flaky Failed", "flaky Completed"});
}

TEST_CASE("an exception in a hook is logged with the run and stops nothing", "[hooks]") {
  virtual_runtime t;
  int called = 0;
  const auto throws = [](const weir::run_info&) { throw std::runtime_error("bad hook"); };
  const auto counts = [&](const weir::run_info&) {
    CHECK(weir::this_run::active());
    ++called;
  };
  const auto run = weir::flow("f", {.on_completion = {throws, counts}}, [] { return 7; }).on(t.runtime).run();
  CHECK(run.result() == 7);
  CHECK(called == 1);
  const auto lines = t.store().logs({.flow_run = run.id(), .min_level = weir::log::level::error});
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0].message, ContainsSubstring("on_completion hook threw std::runtime_error: bad hook"));
}

TEST_CASE("what a hook logs can be read when the flow has returned", "[hooks][log]") {
  virtual_runtime t;
  const auto run = weir::flow("f", {.on_completion = [](const weir::run_info&) { weir::log::info("told"); }}, [] {})
                       .on(t.runtime)
                       .run();
  CHECK(t.store().logs({.flow_run = run.id(), .contains = "told"}).size() == 1);
}

TEST_CASE("with() replaces the hooks that it names", "[hooks]") {
  virtual_runtime t;
  std::string called;
  const auto says = [&](const char* what) { return [&called, what](const weir::run_info&) { called += what; }; };
  const auto task = weir::task("t", {.on_running = says("r"), .on_completion = says("a")}, [] {});
  task.with({.on_completion = says("b")}).on(t.runtime)();
  CHECK(called == "rb");
}

TEST_CASE("on_crashed is called by the process that finds the run's own process gone, once", "[hooks][fault]") {
  weir_test::temporary_folder folder;
  const auto path = folder / "weir.db";
  const auto status = weir_test::wait_for(weir_test::start_child([&] {
    weir::runtime rt({.store = path, .console = false});
    const auto dies = weir::task("dies", {.durability = weir::durability::process}, [&] {
      rt.store().count_task_runs();  // its start is in the store
      ::raise(SIGKILL);
    });
    weir::flow("nightly", [&] { dies(); }).on(rt)();
  }));
  REQUIRE(weir_test::died_of(status, SIGKILL));

  std::vector<std::string> told;
  const auto note = [&](const weir::run_info& r) { told.push_back(r.name + " " + r.state.name); };
  const auto flow = weir::flow("nightly", {.on_crashed = note}, [] {});
  const auto other = weir::flow("other", {.on_crashed = note}, [] {});
  const auto task = weir::task("dies", {.on_crashed = note}, [] {});
  weir::runtime rt({.store = path, .console = false});
  other.on(rt)();
  CHECK(told.empty());
  flow.on(rt)();
  flow.on(rt)();
  const auto crashed = rt.store().flow_runs({.states = {weir::state_type::crashed}}).at(0);
  CHECK(told == std::vector<std::string>{crashed.name + " Crashed"});
  task.on(rt)();
  CHECK(told.size() == 2);
  CHECK(told.back() == "dies-0 Crashed");
}
