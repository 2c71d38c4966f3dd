#include "support/catch2.hpp"
#include "support/runtime.hpp"

#include <stdexcept>

using namespace std::chrono_literals;
using weir_test::names;
using weir_test::virtual_runtime;

namespace {

struct flaky {
  explicit flaky(int failures) : left(failures) {}
  int left;
  int calls = 0;
  int operator()() {
    ++calls;
    if (left-- > 0) throw std::runtime_error("attempt " + std::to_string(calls));
    return calls;
  }
};

std::vector<weir::duration> waits_of(weir::task_options options, int failures) {
  virtual_runtime t;
  flaky body(failures);
  options.retries = failures;
  weir::task("flaky", options, [&] { return body(); }).on(t.runtime)();
  return t.executor->waits();
}

}  // namespace

TEST_CASE("a task that fails twice and then succeeds goes through the states of both retries", "[engine][retry]") {
  virtual_runtime t;
  flaky body(2);
  const auto task = weir::task("flaky", {.retries = 3, .retry_delay = 250ms}, [&] { return body(); });
  CHECK(task.on(t.runtime)() == 3);
  CHECK(body.calls == 3);

  const auto run = t.only("flaky");
  CHECK(names(run.history) == "Pending, Running, AwaitingRetry, Retrying, AwaitingRetry, Retrying, Completed");
  CHECK(run.attempts == 3);
  for (std::size_t i = 1; i < run.history.size(); ++i) CHECK(run.history[i - 1].at < run.history[i].at);
  CHECK_THAT(run.history[2].message, ContainsSubstring("std::runtime_error: attempt 1"));
  CHECK_THAT(run.history[2].message, ContainsSubstring("retry 1 of 3 in 0.25 s"));
  CHECK(std::chrono::abs(run.history[3].at - run.history[2].at - 250ms) < 1ms);
  CHECK(weir::testing::history(t.store(), run.id) == names(run.history));
}

TEST_CASE("a task that always fails runs once more than it has retries and throws the last exception",
          "[engine][retry]") {
  virtual_runtime t;
  flaky body(100);
  const auto task = weir::task("flaky", {.retries = 2}, [&] { return body(); });
  CHECK_THROWS_WITH(task.on(t.runtime)(), "attempt 3");
  CHECK(body.calls == 3);
  const auto run = t.only("flaky");
  CHECK(run.state.type == weir::state_type::failed);
  REQUIRE(run.failure);
  CHECK(run.failure->message == "attempt 3");
  CHECK(run.failure->attempt == 3);
}

TEST_CASE("attempts are counted from 1 in the body and in the record", "[engine][retry]") {
  virtual_runtime t;
  std::vector<int> seen;
  const auto task = weir::task("flaky", {.retries = 2}, [&] {
    seen.push_back(weir::this_run::attempt());
    if (seen.size() < 3) throw 1;
  });
  task.on(t.runtime)();
  CHECK(seen == std::vector{1, 2, 3});
  CHECK(t.only("flaky").attempts == 3);
}

TEST_CASE("delays: one for all, a list whose last entry repeats, a function of the attempt, back-off with a cap",
          "[engine][retry]") {
  using list = std::vector<weir::duration>;
  CHECK(waits_of({.retry_delay = 100ms}, 3) == list{100ms, 100ms, 100ms});
  CHECK(waits_of({.retry_delay = {1s, 500ms, 0.25s}}, 5) == list{1s, 500ms, 250ms, 250ms, 250ms});
  CHECK(waits_of({.retry_delay = [](int n) { return n * 1s; }}, 3) == list{1s, 2s, 3s});
  CHECK(waits_of({.retry_delay = weir::exponential_backoff(10s)}, 3) == list{10s, 20s, 40s});
  CHECK(waits_of({.retry_delay = weir::exponential_backoff(1s, {.factor = 3, .max = 5s})}, 4) == list{1s, 3s, 5s, 5s});
  CHECK(waits_of({.retry_delay = std::vector<weir::duration>(60, weir::duration(1ms))}, 60).size() == 60);
}

TEST_CASE("a delay function sees the exception", "[engine][retry]") {
  struct limited {
    std::chrono::seconds after;
  };
  virtual_runtime t;
  int calls = 0;
  const auto task = weir::task("limited",
                               {.retries = 1,
                                .retry_delay = [](const weir::attempt_info& failed) -> weir::duration {
                                  try {
                                    std::rethrow_exception(failed.error);
                                  } catch (const limited& e) {
                                    return e.after;
                                  }
                                }},
                               [&] {
                                 if (++calls == 1) throw limited{7s};
                               });
  task.on(t.runtime)();
  CHECK(t.executor->waits() == std::vector<weir::duration>{7s});
}

TEST_CASE("sub-second delays are kept to the microsecond", "[engine][retry]") {
  CHECK(waits_of({.retry_delay = 1500us}, 1) == std::vector<weir::duration>{1500us});
}

TEST_CASE("jittered delays vary, keep their mean and never exceed the delay times one plus the jitter",
          "[engine][retry]") {
  const auto waits = waits_of({.retry_delay = 10s, .retry_jitter = 0.5}, 400);
  double sum = 0;
  for (const auto w : waits) {
    CHECK(w <= 15s);
    CHECK(w > 0s);
    sum += std::chrono::duration<double>(w).count();
  }
  CHECK(sum / 400 > 9.5);
  CHECK(sum / 400 < 10.5);
  CHECK(waits.front() != waits.back());
  CHECK(waits_of({.retry_jitter = 1}, 3).empty());  // no delay stays none
}

TEST_CASE("only what the condition accepts is retried", "[engine][retry]") {
  struct gone : std::runtime_error {
    using runtime_error::runtime_error;
  };
  virtual_runtime t;
  int calls = 0;
  const auto throws = [&](weir::retry_condition condition) {
    calls = 0;
    const auto task = weir::task("conditional", {.retries = 3, .retry_if = condition}, [&] {
      ++calls;
      throw gone("gone");
    });
    CHECK_THROWS_AS(task.on(t.runtime)(), gone);
    return calls;
  };
  CHECK(throws(weir::retry_on<std::logic_error>()) == 1);
  CHECK(throws(weir::retry_on<std::logic_error, std::runtime_error>()) == 4);
  CHECK(throws([](const gone& e) { return std::string_view(e.what()) != "gone"; }) == 1);
  CHECK(throws([](const std::logic_error&) { return true; }) == 1);
  CHECK(throws([](const std::exception_ptr& e) { return static_cast<bool>(e); }) == 4);
  CHECK(throws([](const gone&) -> bool { throw 1; }) == 1);  // a condition that throws says no
}

TEST_CASE("a by-value argument is intact in every attempt", "[engine][retry]") {
  virtual_runtime t;
  std::vector<std::size_t> sizes;
  const auto task = weir::task("take", {.retries = 2}, [&](std::vector<int> v) {
    sizes.push_back(v.size());
    v.clear();
    if (sizes.size() < 3) throw 1;
  });
  task.on(t.runtime)({1, 2, 3});
  CHECK(sizes == std::vector<std::size_t>{3, 3, 3});
}

namespace {
struct without_codec {
  int value = 1;
};
}  // namespace

TEST_CASE("a flow that is retried meets the task runs of its first attempt again", "[engine][retry][identity]") {
  virtual_runtime t;
  int kept_calls = 0, other_calls = 0, attempts = 0;
  const auto kept = weir::task(
      "kept", [&](int n) { return ++kept_calls, n; }, weir::arg("n"));
  const auto other = weir::task("other", [&] { return ++other_calls, without_codec{}; });
  const auto last = weir::task("last", [] { return 0; });
  const auto flow = weir::flow("again", {.retries = 1, .retry_delay = 1min}, [&] {
    CHECK(kept(1) == 1);
    CHECK(other().value == 1);
    if (++attempts == 1) throw std::runtime_error("first");
    last();
  });
  auto run = flow.on(t.runtime).run();
  CHECK(run.state().is_completed());
  CHECK(t.clock->elapsed() >= 1min);
  CHECK(weir::testing::history(t.store(), run.id()) == "Pending, Running, AwaitingRetry, Retrying, Completed");
  CHECK(kept_calls == 1);   // its result was kept
  CHECK(other_calls == 2);  // nobody can keep this one

  const auto tasks = t.store().task_runs({.flow_run = run.id()});
  REQUIRE(tasks.size() == 3);
  CHECK(tasks[0].name == "kept-0");
  CHECK(tasks[1].name == "other-0");
  CHECK(tasks[2].name == "last-0");
  CHECK(names(tasks[0].history) == "Pending, Running, Completed");
  CHECK(names(tasks[1].history) == "Pending, Running, Completed, Retrying, Completed");
  CHECK(names(tasks[2].history) == "Pending, Running, Completed");
}

TEST_CASE("on a flow's retry a failed task runs again with its own retries fresh", "[engine][retry]") {
  virtual_runtime t;
  int calls = 0;
  const auto flaky = weir::task("flaky", {.retries = 2}, [&] {
    if (++calls <= 4) throw std::runtime_error("not yet");
    return calls;
  });
  CHECK(weir::flow("f", {.retries = 1}, [&] { return flaky(); }).on(t.runtime)() == 5);
  const auto run = t.only("flaky");
  CHECK(
      names(run.history) ==
      "Pending, Running, AwaitingRetry, Retrying, AwaitingRetry, Retrying, Failed, Retrying, AwaitingRetry, Retrying, Completed");
  CHECK(run.attempts == 2);
  CHECK_FALSE(run.failure);
}

TEST_CASE("on a flow's retry a completed subflow is not run again, a failed one is a new run",
          "[engine][retry][subflow]") {
  virtual_runtime t;
  int good_calls = 0, bad_calls = 0;
  const auto good = weir::flow("good", [&] { return ++good_calls * 10; });
  const auto bad = weir::flow("bad", [&] {
    if (++bad_calls == 1) throw std::runtime_error("once");
    return 1;
  });
  const auto run = weir::flow("parent", {.retries = 1}, [&] { return good() + bad(); }).on(t.runtime).run();
  CHECK(run.result() == 11);
  CHECK(good_calls == 1);
  CHECK(bad_calls == 2);
  CHECK(t.store().flow_runs({.flow = "good"}).size() == 1);
  const auto bad_runs = t.store().flow_runs({.flow = "bad"});
  REQUIRE(bad_runs.size() == 2);
  CHECK(t.only("bad").child_flow_run == bad_runs[0].id);
  CHECK(bad_runs[0].state.is_completed());
  CHECK(bad_runs[1].state.is_failed());
}

TEST_CASE("a flow with retries that a retried flow calls has them all again", "[engine][retry][subflow]") {
  virtual_runtime t;
  int child_calls = 0, parent_calls = 0;
  const auto child = weir::flow("child", {.retries = 1}, [&] {
    if (++child_calls < 4) throw std::runtime_error("not yet");
    return child_calls;
  });
  const auto parent = weir::flow("parent", {.retries = 2}, [&] { return ++parent_calls, child(); });
  CHECK(parent.on(t.runtime)() == 4);
  CHECK(parent_calls == 2);
  const auto runs = t.store().flow_runs({.flow = "child"});
  REQUIRE(runs.size() == 2);
  for (const auto& run : runs) CHECK(run.attempts == 2);
  CHECK(runs[0].state.is_completed());
  CHECK(runs[1].state.is_failed());
}

TEST_CASE("a retried flow compares arguments as they are recorded", "[engine][retry][identity]") {
  virtual_runtime t;
  int ran = 0, attempt = 0;
  const auto step = weir::task(
      "step", [&](int, const std::string&) { return ++ran; }, weir::arg("n"), weir::arg("token").secret());
  const bool shown = GENERATE(false, true);
  weir::flow("f", {.retries = 1}, [&] {
    ++attempt;
    step(shown ? attempt : 0, std::to_string(attempt));
    if (attempt == 1) throw std::runtime_error("again");
  }).on(t.runtime)();
  CHECK(ran == (shown ? 2 : 1));
}

TEST_CASE("branching on the attempt number moves no identity", "[engine][retry][identity]") {
  virtual_runtime t;
  std::vector<int> ran;
  const auto step = weir::task(
      "step", [&](int n) { return ran.push_back(n), n; }, weir::arg("n"));
  const auto extra = weir::task("extra", [] {});
  const auto run = weir::flow("f", {.retries = 2},
                              [&] {
                                step(0);
                                if (weir::this_run::attempt() == 2) extra();
                                step(weir::this_run::attempt());
                                if (weir::this_run::attempt() < 3) throw std::runtime_error("again");
                              })
                       .on(t.runtime)
                       .run();
  CHECK(run);
  // The second call of `step` is the same run in each attempt; with another argument it runs again.
  CHECK(ran == std::vector<int>{0, 1, 2, 3});
  CHECK(t.store().logs({.contains = "has other arguments than in the attempt before"}).size() == 1);
  CHECK(t.store().task_runs({.task = "step"}).size() == 2);
  CHECK(t.store().task_runs({.task = "extra"}).size() == 1);
}

TEST_CASE("a hook that calls tasks does not shift those of the body", "[engine][retry][hooks]") {
  virtual_runtime t;
  const auto step = weir::task(
      "step", [](int n) { return n; }, weir::arg("n"));
  int attempts = 0;
  const auto flow = weir::flow("f", {.retries = 1, .on_running = [&](const weir::run_info&) { step(77); }}, [&] {
    const int result = step(5);
    if (++attempts == 1) throw std::runtime_error("once");
    return result;
  });
  CHECK(flow.on(t.runtime)() == 5);
  CHECK(t.store().task_runs({.task = "step"}).size() == 2);
}
