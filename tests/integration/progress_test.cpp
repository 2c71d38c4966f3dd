// Progress: cheap to move, recorded ten times a second at most, and where it ends.

#include "support/catch2.hpp"
#include "support/files.hpp"
#include "support/runtime.hpp"

#include <optional>
#include <thread>

using namespace std::chrono_literals;
using namespace weir_test;

namespace {

constexpr int threads = 8, updates = 20'000;

/// What is recorded of the progress "p" now.
std::string recorded(virtual_runtime& t) { return t.store().artifact("p").value().data; }

template <class F>
void in_flow(weir::runtime& rt, F&& body) {
  (void)weir::flow("f", std::forward<F>(body)).on(rt).run();
}

}  // namespace

TEST_CASE("a progress is recorded as percent, at most every 100 ms", "[artifacts][progress]") {
  virtual_runtime t;
  in_flow(t.runtime, [&] {
    const auto p = weir::create_progress("p", 8, "files");
    CHECK(recorded(t) == "0");
    ++p;
    CHECK(recorded(t) == "0");
    t.clock->advance(99ms);
    ++p;
    CHECK(recorded(t) == "0");
    t.clock->advance(1ms);
    ++p;
    CHECK(recorded(t) == "37.5");
    p += 2;
    t.clock->advance(99ms);
    ++p;
    CHECK(recorded(t) == "37.5");
    t.clock->advance(1ms);
    p.set(7);
    CHECK(recorded(t) == "87.5");
    CHECK((p.value() == 7 && p.total() == 8));
  });
  const auto a = t.store().artifact("p").value();
  CHECK(a.type == "progress");
  CHECK(a.description == "files");
  CHECK(a.version == 1);
  CHECK(a.size == 4);
  CHECK(a.updated_at - a.created_at == 200ms);
}

TEST_CASE("a progress that is complete is recorded at once, and no more while it stays so", "[artifacts][progress]") {
  virtual_runtime t;
  in_flow(t.runtime, [&] {
    const auto p = weir::create_progress("p", 2);
    p.set(2);
    CHECK(recorded(t) == "100");
    const auto at = t.store().artifact("p")->updated_at;
    for (int i = 0; i < 1000; ++i) ++p;
    p.set(1);
    p.set(2);
    t.clock->advance(1s);
    ++p;
    CHECK(t.store().artifact("p")->updated_at == at);
    p.set(1);
    CHECK(recorded(t) == "50");
  });
}

TEST_CASE("where a progress stands when its run ends is recorded, however it ends", "[artifacts][progress]") {
  virtual_runtime t;
  std::optional<weir::progress> outlives;
  const bool fails = GENERATE(false, true);
  const bool in_a_task = GENERATE(false, true);
  const auto work = [&] {
    outlives = weir::create_progress("p", 10);
    outlives->set(3);
    CHECK(recorded(t) == "0");
    if (fails) throw std::runtime_error("no");
  };
  const auto task = weir::task("task", work);
  if (in_a_task) in_flow(t.runtime, [&] { task(); });
  else in_flow(t.runtime, work);
  CHECK(recorded(t) == "30");
  const auto updated = t.store().artifact("p")->updated_at, ended = t.store().flow_runs().at(0).ended_at.value();
  CHECK(updated < ended);
}

TEST_CASE("each attempt of a run ends the progresses that it made", "[artifacts][progress]") {
  virtual_runtime t;
  std::vector<weir::progress> kept;
  const auto task = weir::task("task", {.retries = 1}, [&] {
    kept.push_back(weir::create_progress("p", 10));
    kept.back().set(weir::this_run::attempt());
    if (weir::this_run::attempt() == 2) CHECK(t.store().artifacts({.key = "p"}).at(1).data == "10");
    if (weir::this_run::attempt() == 1) throw std::runtime_error("once");
  });
  in_flow(t.runtime, [&] { task(); });
  CHECK(recorded(t) == "20");
  CHECK(t.store().artifact("p")->version == 2);
}

TEST_CASE("the last handle that goes records where it stood", "[artifacts][progress]") {
  virtual_runtime t;
  in_flow(t.runtime, [&] {
    std::optional<weir::progress> p = weir::create_progress("p", 10);
    std::optional<weir::progress> copy = p;
    ++*p;
    p.reset();
    CHECK(recorded(t) == "0");
    ++*copy;
    copy.reset();
    CHECK(recorded(t) == "20");
  });
}

TEST_CASE("a progress may outlive its run and its runtime", "[artifacts][progress]") {
  std::optional<weir::progress> p;
  {
    virtual_runtime t;
    in_flow(t.runtime, [&] { p = weir::create_progress("p", 10); });
    t.clock->advance(100ms);
    ++*p;
    CHECK(recorded(t) == "10");
  }
  ++*p;
  p->set(10);
  CHECK(p->value() == 10);
}

TEST_CASE("a progress outside any run is recorded to its end", "[artifacts][progress]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  std::optional<weir::progress> p;
  {
    weir::runtime rt({.store = path, .console = false});
    weir::runtime_scope scope(rt);
    p = weir::create_progress("p", 10);
    p->set(4);
    for (int i = 0; i < 1000; ++i) weir::create_progress("", 1).set(1);
  }
  const weir::store store(path);
  CHECK(store.artifact("p")->data == "40");
  CHECK(store.count_artifacts({.key = ""}) == 1000);
}

TEST_CASE("a percentage is rounded down and stays between 0 and 100", "[artifacts][progress]") {
  virtual_runtime t;
  const auto percent = [&](std::int64_t value, std::int64_t total) {
    in_flow(t.runtime, [&] { weir::create_progress("p", total).set(value); });
    return recorded(t);
  };
  CHECK(percent(1, 3) == "33.33");
  CHECK(percent(2, 3) == "66.66");
  CHECK(percent(999'999, 1'000'000) == "99.99");
  CHECK(percent(1, 1'000'000) == "0");
  CHECK(percent(-5, 10) == "0");
  CHECK(percent(11, 10) == "100");
  CHECK(percent(0, 0) == "100");
  CHECK(percent(INT64_MAX / 2, INT64_MAX) == "49.99");
  CHECK(percent(INT64_MAX, INT64_MAX) == "100");
  CHECK(percent(INT64_MIN, INT64_MAX) == "0");
}

TEST_CASE("a progress that has come to the largest number stays there", "[artifacts][progress]") {
  virtual_runtime t;
  in_flow(t.runtime, [&] {
    const auto p = weir::create_progress("p", 10);
    p.set(INT64_MAX - 1);
    p += 2;
    CHECK(p.value() == INT64_MAX);
    ++p;
    CHECK(p.value() == INT64_MAX);
  });
  CHECK(recorded(t) == "100");
  in_flow(t.runtime, [&] {
    const auto p = weir::create_progress("p", 10);
    p.set(INT64_MIN + 1);
    p += -2;
    CHECK(p.value() == INT64_MIN);
  });
  CHECK(recorded(t) == "0");
}

TEST_CASE("a total may be of any whole type, and none may be below 0", "[artifacts][progress]") {
  weir::runtime_scope scope(weir::runtime::null());
  CHECK(weir::create_progress("p", std::size_t{5}).total() == 5);
  CHECK(weir::create_progress("p", std::uint64_t{UINT64_MAX}).total() == INT64_MAX);
  CHECK(weir::create_progress("p", short{5}).total() == 5);
  static_assert(!std::is_convertible_v<double, weir::detail::count>);
  static_assert(!std::is_convertible_v<bool, weir::detail::count>);
  CHECK_THROWS_WITH(weir::create_progress("p", -1),
                    ContainsSubstring("create_progress: the total is -1; give how many there are"));
}

TEST_CASE("a million updates are a handful of facts", "[artifacts][progress]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  const auto clock = std::make_shared<weir::testing::manual_clock>();
  weir::runtime rt({.store = path, .console = false, .clock = clock});
  in_flow(rt, [&] {
    const auto p = weir::create_progress("p", 1'000'000);
    for (int i = 0; i < 999'999; ++i) ++p;
    CHECK(rt.store().artifact("p")->data == "0");
    ++p;
    CHECK(rt.store().artifact("p")->data == "100");
  });
  CHECK(rt.store().artifact("p")->version == 1);
}

TEST_CASE("many threads move one progress", "[artifacts][progress][threads]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  const auto clock = std::make_shared<weir::testing::manual_clock>();
  weir::runtime rt({.store = path, .console = false, .clock = clock});
  std::optional<weir::progress> late;
  std::vector<std::thread> outlive;
  in_flow(rt, [&] {
    const auto p = weir::create_progress("p", threads * updates);
    late = weir::create_progress("late", 2 * threads);
    std::vector<std::thread> workers;
    for (int i = 0; i < threads; ++i)
      workers.emplace_back([p, clock] {
        for (int n = 0; n < updates; ++n) {
          ++p;
          if (n % 100 == 0) clock->advance(100ms);
        }
      });
    for (auto& w : workers) w.join();
    CHECK(p.value() == threads * updates);
    for (int i = 0; i < threads; ++i) outlive.emplace_back([p = *late] { ++p; });
  });
  for (auto& w : outlive) w.join();
  const auto store = [&] { return weir::store(path); };
  CHECK(rt.store().artifact("p")->data == "100");
  CHECK(store().count_artifacts() == 2);
  late.reset();
  CHECK(rt.store().artifact("late")->data == "50");
}
