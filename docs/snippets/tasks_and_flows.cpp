// Quoted by docs/guide/tasks-and-flows.md.

#include "support/catch2.hpp"
#include "support/runtime.hpp"

#include <cmath>
#include <filesystem>

using namespace std::chrono_literals;

namespace {

std::vector<std::string> rows_of(const std::string& path) { return {path, path}; }

// [task]
const auto count_rows = weir::task(
    "count-rows", {.retries = 2, .retry_delay = 500ms, .tags = {"input"}},
    [](const std::string& path) { return rows_of(path).size(); }, weir::arg("path"));
// [task]

// [flow]
const auto count_all = weir::flow(
    "count-all",
    [](const std::vector<std::string>& paths) {
      std::size_t rows = 0;
      for (const auto& path : paths) rows += count_rows(path);
      return rows;
    },
    weir::arg("paths"));
// [flow]

// [subflow]
const auto nightly = weir::flow(
    "nightly",
    [](const std::string& month) {
      return count_all({month + "/green", month + "/yellow"});
    },
    weir::arg("month"));
// [subflow]

// [defaults]
struct settings {
  int steps = 100;
  double tolerance = 1e-6;
};

const auto solve = weir::flow(
    "solve",
    [](const std::string& mesh, settings s, std::vector<double> start, std::optional<int> seed) {
      return mesh.size() + static_cast<std::size_t>(s.steps) + start.size() + (seed ? 1u : 0u);
    },
    weir::arg("mesh"), weir::arg("settings") = settings{}, weir::arg("start") = {0.0, 0.0},
    weir::arg("seed") = std::nullopt);
// [defaults]

// [secret]
const auto login = weir::task(
    "login", [](const std::string& user, const std::string& token) { return user + token; }, weir::arg("user"),
    weir::arg("token").secret());
// [secret]

// [signature]
const auto root = weir::task<double(double)>(
    "root", [](auto x) { return std::sqrt(x); }, weir::arg("x"));
// [signature]

struct document {
  std::string text;
};
// [task-of]
struct pipeline {
  std::vector<weir::task_of<document(document)>> steps;

  document run(document d) const {
    for (const auto& step : steps) d = step(d);
    return d;
  }
};
// [task-of]

}  // namespace

TEST_CASE("tasks and flows are called like the functions that they wrap", "[docs]") {
  weir_test::virtual_runtime t;
  weir::runtime_scope scope(t.runtime);
  // [calls]
  const std::size_t rows = nightly("2021-01");  // returns what the body returns, throws what it throws
  const auto outcome = nightly.run("2021-02");  // never throws for what the body did
  if (outcome) weir::log::info("{} rows", outcome.result());
  // [calls]
  CHECK(rows == 4);
  CHECK(outcome.result() == 4);
  CHECK(t.store().count_flow_runs({.flow = "count-all"}) == 2);
}

TEST_CASE("arguments may be left out, and braces work", "[docs]") {
  weir_test::virtual_runtime t;
  weir::runtime_scope scope(t.runtime);
  std::size_t sum = 0;
  // [braces]
  sum += solve("wing.msh");
  sum += solve("wing.msh", {.steps = 500});
  sum += solve("wing.msh", {.tolerance = 1e-9}, {1.0, 0.0});
  // [braces]
  CHECK(sum == 110 + 510 + 110);
  CHECK(login("ann", "hunter2") == "annhunter2");
  CHECK(t.only("login").parameters == R"({"user":"ann","token":"***"})");
}

TEST_CASE("what belongs to one call is said at the call", "[docs]") {
  weir_test::virtual_runtime t, other;
  weir::runtime_scope scope(t.runtime);
  weir::runtime& runtime = other.runtime;
  const std::string path = "a.csv";
  // [one-call]
  count_rows.with({.retries = 0})(path);                                     // other options, same task
  count_rows.as({.run_name = "count the first", .tags = {"sample"}})(path);  // a name and tags for this run
  count_rows.on(runtime)(path);                                              // recorded somewhere else
  count_rows.on(runtime).as({.tags = {"sample"}})(path);                     // on and as chain in any order
  count_rows.fn(path);                                                       // the bare function: no run, no record
  // [one-call]
  CHECK(t.store().count_task_runs() == 2);
  CHECK(t.store().task_runs({.name = "count the first"}).size() == 1);
  CHECK(other.store().count_task_runs() == 2);
  CHECK(root(9) == 3);
}

TEST_CASE("steps of one type can be kept in a table", "[docs]") {
  weir_test::virtual_runtime t;
  weir::runtime_scope scope(t.runtime);
  // [task-of-use]
  const auto trim = weir::task("trim", [](document d) { return document{d.text.substr(1)}; });
  const auto twice = weir::task("twice", [](document d) { return document{d.text + d.text}; });
  const pipeline p{{trim, twice}};
  const auto result = p.run({" a"}).text;  // "aa"
  // [task-of-use]
  CHECK(result == "aa");
  CHECK(t.store().count_task_runs() == 2);
}

TEST_CASE("move-only values go in and come out", "[docs]") {
  weir_test::virtual_runtime t;
  weir::runtime_scope scope(t.runtime);
  // [move-only]
  const auto load = weir::task("load", [](std::unique_ptr<std::string> text) { return text; });
  auto text = load(std::make_unique<std::string>("moved in, moved out"));
  // [move-only]
  CHECK(text->size() == 19);
  CHECK_THROWS_WITH(load.with({.retries = 1})(std::move(text)), ContainsSubstring("move-only value"));
}
