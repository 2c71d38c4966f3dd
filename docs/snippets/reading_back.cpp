// Quoted by docs/guide/reading-back.md.

#include "support/catch2.hpp"
#include "support/files.hpp"

#include <weir/weir.hpp>

#include <sqlite3.h>

#include <fstream>
#include <stdexcept>

using namespace std::chrono_literals;

namespace {

const auto parse = weir::task("parse", {.tags = {"input"}}, [](const std::string& line) { return std::stoi(line); });
const auto sum = weir::flow(
    "sum",
    [](const std::vector<std::string>& lines) {
      int total = 0;
      for (const auto& line : lines) total += parse(line);
      return total;
    },
    weir::arg("lines"));

std::string recorded(const weir_test::temporary_folder& folder) {
  const auto path = folder / "weir.db";
  weir::runtime rt({.store = path, .console = false});
  for (const char* second : {"2", "3", "x"}) (void)sum.on(rt).run({"1", second});
  return path;
}

}  // namespace

TEST_CASE("queries are aggregates of conditions", "[docs]") {
  weir_test::temporary_folder folder;
  const auto path = recorded(folder);
  // [open]
  const weir::store store(path);  // reads only, and never waits for the program that writes
  // [open]
  const auto yesterday = weir::timestamp(std::chrono::system_clock::now() - 24h);
  // [filter]
  const auto failed =
      store.flow_runs({.flow = "sum", .states = {weir::state_type::failed}, .started_after = yesterday});
  for (const auto& run : failed) {
    for (const auto& task : store.task_runs({.flow_run = run.id, .states = {weir::state_type::failed}}))
      fmt::print("{} {}: {}\n", run.name, task.name, task.failure->message);  // "calm-heron parse-1: stoi"
  }
  const auto how_many = store.count_task_runs({.tags = {"input"}});
  // [filter]
  CHECK(failed.size() == 1);
  CHECK(how_many == 6);

  std::size_t seen = 0;
  const auto show = [&](const std::string& line) { seen += line.empty() ? 0 : 1; };
  // [pages]
  weir::flow_run_filter filter{.flow = "sum", .limit = 2};
  do {
    const auto page = store.flow_runs(filter);
    for (const auto& run : page) show(weir::to_json(run));
    filter.cursor = page.next_cursor;
  } while (!filter.cursor.empty());
  // [pages]
  CHECK(seen == 3);

  // [find]
  const auto newest = store.find_flow_run(failed.at(0).name);          // by name, by id, or by how an id begins
  const weir::run_node tree = store.run_tree(newest->id);              // with its tasks and subflows, however deep
  const auto first_task = store.get_task_run(tree.children.at(0).id);  // get_ throws where find_ gives nothing
  // [find]
  CHECK(first_task.name == "parse-0");
  CHECK_FALSE(store.find_flow_run("nobody"));
}

TEST_CASE("the views are there for other programs", "[docs]") {
  weir_test::temporary_folder folder;
  const auto path = recorded(folder);
  std::ifstream file(std::string(WEIR_DOCS_DIR) + "/snippets/slowest_tasks.sql");
  const std::string query((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  REQUIRE_FALSE(query.empty());
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK);
  int rows = 0;
  const auto count = [](void* n, int, char**, char**) { return ++*static_cast<int*>(n), 0; };
  CHECK(sqlite3_exec(db, query.c_str(), count, &rows, nullptr) == SQLITE_OK);
  CHECK(rows == 1);
  sqlite3_close(db);
}
