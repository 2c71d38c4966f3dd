// Quoted by docs/guide/caching.md.

#include "support/catch2.hpp"
#include "support/runtime.hpp"

using namespace std::chrono_literals;

namespace {

struct features {
  std::string month;
  int rows = 0;
};

}  // namespace

template <>
struct weir::codec<features> {
  static void write(weir::json_writer& w, const features& f) {
    w.begin_object();
    w.field("month", f.month);
    w.field("rows", f.rows);
    w.end_object();
  }
  static features read(weir::json_reader r) { return {r.at("month").string(), r.at("rows").as<int>()}; }
};

TEST_CASE("a second call with equal inputs uses what the first one made, and says why where it does not", "[docs]") {
  weir_test::virtual_runtime t;
  weir::runtime& runtime = t.runtime;
  weir::runtime_scope scope(runtime);
  int ran = 0;
  const auto read_month = [&](const std::string& month) {
    ++ran;
    return features{month, 73'908};
  };
  const auto make_features = weir::task(
      "make-features", {.cache = weir::cache::inputs(), .cache_expiration = 24h, .version = "1"},
      [&](const std::string& month) { return read_month(month); }, weir::arg("month"));

  make_features("2021-01");  // runs
  make_features("2021-01");  // Cached: the body does not run
  CHECK(ran == 1);
  CHECK(t.store().task_runs().back().state.name == "Cached");
  t.clock->advance(1s);
  make_features.with({.version = "2"})("2021-01");
  CHECK(ran == 2);
  const auto last = runtime.store().task_runs({.task = "make-features"}).back();
  const auto why = runtime.explain_cache(last.id);
  CHECK(why.text == "changed since the nearest earlier entry: version: 1 -> 2");

  // [clear]
  for (const auto& entry : runtime.store().cache_entries({.task = "make-features"}))
    fmt::print("{} {} {}\n", entry.key, entry.created_at, entry.parts);
  const auto removed = runtime.store().clear_cache({.older_than = 1h});
  // [clear]
  CHECK(removed == 0);
}

TEST_CASE("policies are made of parts", "[docs]") {
  weir_test::virtual_runtime t;
  weir::runtime_scope scope(t.runtime);
  // [policies]
  const auto by_value = weir::cache::inputs();                          // name, version and all arguments
  const auto but_verbose = weir::cache::inputs().without("verbose");    // ... but this one
  const auto each_run = weir::cache::inputs() + weir::cache::run_id();  // nothing is shared between flow runs
  const auto by_day =
      weir::cache::version() + weir::cache::by([](const std::string& day) { return day.substr(0, 10); });
  const auto shared = weir::cache::key("exchange rates");  // a key of its own, for all tasks that use it
  // [policies]
  int ran = 0;
  const auto body = [&](const std::string& day, bool) { return ++ran, day.size(); };
  const auto task = weir::task("t", {.cache = but_verbose}, body, weir::arg("day"), weir::arg("verbose"));
  task("2021-01-31", true);
  task("2021-01-31", false);
  CHECK(ran == 1);
  task.with({.cache = by_value})("2021-01-31", false);
  CHECK(ran == 2);
  const auto of_day = weir::task("d", {.cache = by_day}, [&](const std::string& day) { return ++ran, day.size(); });
  of_day("2021-01-31 12:00");
  of_day("2021-01-31 13:00");
  CHECK(ran == 3);
  CHECK((each_run.is_set() && shared.is_set()));
}
