// Reading in pages: each record once, also while more are written; what a cursor must be.

#include "contract/store_contract.hpp"

#include <set>

using namespace weir_test;

namespace {

/// Every record of a query, page by page; `between` runs after each page.
template <class Filter, class Query, class Between>
auto in_pages(Filter f, Query query, Between between) {
  auto page = query(f);
  std::vector<typename decltype(page)::value_type> all;
  for (;;) {
    CHECK(page.size() <= f.limit);
    all.insert(all.end(), page.begin(), page.end());
    if (page.next_cursor.empty()) return all;
    CHECK(page.size() == f.limit);
    f.cursor = page.next_cursor;
    between();
    page = query(f);
  }
}

template <class T>
std::set<std::string> distinct(const std::vector<T>& records) {
  std::set<std::string> out;
  for (const auto& r : records) out.insert(shown(r));
  return out;
}

void tell(facts& f, std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t run = first; run <= last; ++run) {
    f.flow_run({.run = run, .flow = run % 2 ? "odd" : "even"});
    for (std::uint32_t n = 1; n <= 3; ++n) {
      f.task_run({.run = run, .n = n, .task = n % 2 ? "odd" : "even", .index = n});
      f.line({.run = run, .n = n, .seq = n, .message = std::to_string(n)});
    }
  }
}

constexpr auto nothing = [] {};

}  // namespace

TEMPLATE_TEST_CASE("pages of every size hold each record exactly once, in order", "[contract]", WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  tell(f, 1, 7);
  store.port->apply(f.take(), kept);
  const auto& p = *store.port;
  const auto flow_runs = [&](const auto& filter) { return p.flow_runs(filter); };
  const auto task_runs = [&](const auto& filter) { return p.task_runs(filter); };
  const auto logs = [&](const auto& filter) { return p.logs(filter); };
  const auto all_runs = shown_all(p.flow_runs({})), all_tasks = shown_all(p.task_runs({})),
             all_lines = shown_all(p.logs({})), odd_runs = shown_all(p.flow_runs({.flow = "odd"})),
             odd_tasks = shown_all(p.task_runs({.task = "odd"}));
  for (std::size_t limit = 1; limit <= 23; ++limit) {
    CAPTURE(limit);
    CHECK(shown_all(in_pages(weir::flow_run_filter{.limit = limit}, flow_runs, nothing)) == all_runs);
    CHECK(shown_all(in_pages(weir::task_run_filter{.limit = limit}, task_runs, nothing)) == all_tasks);
    CHECK(shown_all(in_pages(weir::log_filter{.limit = limit}, logs, nothing)) == all_lines);
    CHECK(shown_all(in_pages(weir::flow_run_filter{.flow = "odd", .limit = limit}, flow_runs, nothing)) == odd_runs);
    CHECK(shown_all(in_pages(weir::task_run_filter{.task = "odd", .limit = limit}, task_runs, nothing)) == odd_tasks);
  }
  CHECK(p.flow_runs({.limit = 7}).next_cursor.empty());  // a full page that is the last one
  CHECK(p.task_runs({.limit = 20}).next_cursor != "");
}

TEMPLATE_TEST_CASE("what is written between two pages neither hides nor repeats what was there", "[contract]",
                   WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  tell(f, 1, 9);
  store.port->apply(f.take(), kept);
  const auto& p = *store.port;
  const auto runs = distinct(p.flow_runs({})), tasks = distinct(p.task_runs({})), lines = distinct(p.logs({}));
  std::uint64_t last = 9;
  std::uint32_t n = 3;
  const auto write_more = [&] {
    if (++last > 40) return;  // a reader that goes forwards would never catch up
    tell(f, last, last);
    for (std::uint64_t run = 1; run <= 9; ++run) {
      f.task_run({.run = run, .n = n + 1});
      f.line({.run = run, .seq = n + 1});
    }
    ++n;
    store.port->apply(f.take(), kept);
  };
  const auto limit = static_cast<std::size_t>(GENERATE(1, 2, 5));
  const auto check = [](const auto& seen, const std::set<std::string>& before) {
    const auto once = distinct(seen);
    CHECK(once.size() == seen.size());
    CHECK(std::includes(once.begin(), once.end(), before.begin(), before.end()));
  };
  check(in_pages(
            weir::flow_run_filter{.limit = limit}, [&](const auto& q) { return p.flow_runs(q); }, write_more),
        runs);
  last = 9 + n;
  check(in_pages(
            weir::task_run_filter{.limit = limit}, [&](const auto& q) { return p.task_runs(q); }, write_more),
        tasks);
  check(in_pages(
            weir::log_filter{.limit = limit}, [&](const auto& q) { return p.logs(q); }, write_more),
        lines);
}

TEMPLATE_TEST_CASE("a cursor that no page gave is a usage_error that quotes it", "[contract]", WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  tell(f, 1, 3);
  store.port->apply(f.take(), kept);
  const auto& p = *store.port;
  const auto of_runs = p.flow_runs({.limit = 1}).next_cursor, of_tasks = p.task_runs({.limit = 1}).next_cursor;
  for (const std::string bad : {"x", "1x", "1:", ":1", "1:2:3", "1:x", "-1", "1:-2", " 1", "+1", "1.5", "0x1",
                                "99999999999999999999", "1:99999999999999999999", "a page"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(p.flow_runs({.cursor = bad}), weir::usage_error);
    CHECK_THROWS_AS(p.task_runs({.cursor = bad}), weir::usage_error);
    CHECK_THROWS_AS(p.logs({.cursor = bad}), weir::usage_error);
  }
  CHECK_THROWS_AS(p.flow_runs({.cursor = of_tasks}), weir::usage_error);
  CHECK_THROWS_AS(p.task_runs({.cursor = of_runs}), weir::usage_error);
  CHECK_THROWS_WITH(p.logs({.cursor = of_runs}), ContainsSubstring("\"" + of_runs + "\""));
  CHECK_THROWS_AS(p.flow_runs({.cursor = std::string(1'000'000, '1')}), weir::usage_error);
}

TEMPLATE_TEST_CASE("a cursor past the end, or of records that are not there, gives an empty page", "[contract]",
                   WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  tell(f, 1, 3);
  store.port->apply(f.take(), kept);
  const auto& p = *store.port;
  CHECK(p.flow_runs({.cursor = "0"}).empty());
  CHECK(p.task_runs({.cursor = "99:0"}).empty());
  CHECK(p.logs({.cursor = "99:0"}).empty());
  CHECK(p.task_runs({.cursor = "1:4294967296"}).size() == 6);  // past the last task run of the first flow run
  CHECK(p.task_runs({.cursor = "9223372036854775807:9223372036854775807"}).empty());
}

TEMPLATE_TEST_CASE("counting takes no notice of limit and cursor", "[contract]", WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  tell(f, 1, 3);
  store.port->apply(f.take(), kept);
  CHECK(store.port->count_flow_runs({.limit = 1, .cursor = "1"}) == 3);
  CHECK(store.port->count_task_runs({.limit = 1, .cursor = "nonsense"}) == 9);
  CHECK(store.port->count_task_runs({.limit = 0}) == 9);
}

TEMPLATE_TEST_CASE("a page of nothing is a usage_error, one without bounds has all", "[contract]", WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  tell(f, 1, 3);
  store.port->apply(f.take(), kept);
  const weir::store reading(store.port);
  CHECK_THROWS_AS(reading.flow_runs({.limit = 0}), weir::usage_error);
  CHECK_THROWS_AS(reading.task_runs({.limit = 0}), weir::usage_error);
  CHECK_THROWS_AS(reading.logs({.limit = 0}), weir::usage_error);
  const auto limit = GENERATE(SIZE_MAX, SIZE_MAX - 1, SIZE_MAX / 2, SIZE_MAX / 2 - 1);
  CHECK(reading.flow_runs({.limit = limit}).size() == 3);
  CHECK(reading.task_runs({.limit = limit}).size() == 9);
  CHECK(reading.logs({.limit = limit}).size() == 9);
}
