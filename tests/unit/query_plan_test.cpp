// How SQLite carries out what the library asks: no question about one flow or one run may read the whole file, and none
// may sort what an index has in order.
//
// The statements are those that really run, seen by a hook that SQLite calls for each new connection.

#include "store/sqlite_store.hpp"
#include "support/catch2.hpp"
#include "support/facts.hpp"
#include "support/files.hpp"
#include "support/sqlite.hpp"

#include <algorithm>

using namespace weir_test;

namespace {

/// The statements that connections of this process have run, while one of these lives.
class watched_statements {
 public:
  watched_statements() {
    the_statements.clear();
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(&watch));
  }
  ~watched_statements() { sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(&watch)); }
  watched_statements(const watched_statements&) = delete;
  watched_statements& operator=(const watched_statements&) = delete;

  /// Those that `ask` runs and that read or write `table`.
  template <class F>
  std::vector<std::string> of(const std::string& table, F&& ask) const {
    the_statements.clear();
    ask();
    auto found = the_statements;
    std::erase_if(found, [&](const auto& sql) {
      return sql.find(table) == std::string::npos || sql.starts_with("PRAGMA") || sql.starts_with("CREATE");
    });
    return found;
  }

 private:
  static int watch(sqlite3* db, char**, const void*) {
    const auto note = [](unsigned, void*, void* statement, void*) {
      char* sql = sqlite3_expanded_sql(static_cast<sqlite3_stmt*>(statement));
      if (sql) the_statements.emplace_back(sql);
      sqlite3_free(sql);
      return 0;
    };
    return sqlite3_trace_v2(db, SQLITE_TRACE_STMT, note, nullptr);
  }
  static inline std::vector<std::string> the_statements;
};

/// A store with a hundred flow runs of ten flows, three task runs and lines each, one of them live.
struct filled_store {
  temporary_folder folder{};
  std::string path = folder / "weir.db";
  std::shared_ptr<weir::store_port> port = weir::open_sqlite_store(path, weir::open_mode::read_write);

  filled_store() {
    const auto session = port->open_session(weir::timestamp::from_micros(1));
    facts f;
    for (std::uint64_t run = 1; run <= 100; ++run) {
      f.flow_run({.run = run, .flow = "f" + std::to_string(run % 10), .session = session, .parent_run = run - 1});
      for (std::uint32_t n = 1; n <= 3; ++n) {
        f.task_run({.run = run, .n = n}).line({.run = run, .n = n, .seq = n});
        if (run != 50) f.enter({.run = run, .n = n});
        f.artifact({.key = "k" + std::to_string(n), .number = 10 * run + n, .run = run, .n = n});
      }
      if (run != 50) f.enter({.run = run});
    }
    port->apply(f.take(), weir::durability::process);
  }

  /// The steps of SQLite's plan for a statement, a line each.
  std::string plan_of(const std::string& sql) const {
    std::string out;
    for (const auto& step : raw_sqlite(path).ask("EXPLAIN QUERY PLAN " + sql)) out += step.at(3) + "\n";
    return out;
  }
};

/// A plan that starts from an index and sorts nothing.
void check_quick(const filled_store& store, const std::vector<std::string>& statements, const std::string& first_step) {
  REQUIRE_FALSE(statements.empty());
  for (const auto& sql : statements) {
    const auto plan = store.plan_of(sql);
    CAPTURE(sql, plan);
    CHECK_THAT(plan, ContainsSubstring(first_step));
    CHECK_THAT(plan, !ContainsSubstring("TEMP B-TREE"));
    CHECK_THAT(plan, !ContainsSubstring("SCAN r\n") && !ContainsSubstring("SCAN l\n") &&
                         !ContainsSubstring("SCAN f\n") && !ContainsSubstring("SCAN t\n") &&
                         !ContainsSubstring("SCAN flow_run\n") && !ContainsSubstring("SCAN task_run\n") &&
                         !ContainsSubstring("SCAN session\n") && !ContainsSubstring("SCAN a\n"));
  }
}

}  // namespace

TEST_CASE("listing flow runs goes through an index, newest first, without sorting", "[store][plan]") {
  const watched_statements watched;
  const filled_store store;
  const auto asked = [&](const weir::flow_run_filter& f) {
    return watched.of("flow_run", [&] { store.port->flow_runs(f); });
  };
  check_quick(store, asked({.flow = "f3"}), "SEARCH r USING INDEX flow_run_by_flow");
  check_quick(store, asked({.flow = "f3", .limit = 2, .cursor = "70"}), "SEARCH r USING INDEX flow_run_by_flow");
  check_quick(store, asked({.flow = "f3", .states = {state_type::completed}}), "SEARCH r USING INDEX flow_run_by_flow");
  check_quick(store, asked({.parent = id_of(7)}), "SEARCH r USING INDEX flow_run_by_parent (parent=?");
  check_quick(store, asked({.limit = 10, .cursor = "70"}), "SEARCH r USING INTEGER PRIMARY KEY (rowid<?)");

  // One row, or the few that an abbreviated id may mean, are sorted without harm.
  for (const auto& f :
       {weir::flow_run_filter{.id = id_of(7)}, weir::flow_run_filter{.id_from = id_of(7), .id_to = id_of(8)}}) {
    const auto one = asked(f);
    REQUIRE(one.size() == 1);
    CHECK_THAT(store.plan_of(one[0]), ContainsSubstring("SEARCH r USING INDEX sqlite_autoindex_flow_run_1 (id"));
  }
  // The first page of all of them walks the table from its end: a scan that the limit stops.
  const auto all = asked({});
  REQUIRE(all.size() == 1);
  CHECK_THAT(store.plan_of(all[0]), !ContainsSubstring("TEMP B-TREE"));
}

TEST_CASE("the task runs and lines of one flow run are one range of their table", "[store][plan]") {
  const watched_statements watched;
  const filled_store store;
  const auto& p = *store.port;
  const auto range = "SEARCH r USING PRIMARY KEY (flow_run=?";
  const auto asked = [&](const weir::task_run_filter& f) { return watched.of("task_run", [&] { p.task_runs(f); }); };
  check_quick(store, asked({.flow_run = id_of(7)}), range);
  check_quick(store, asked({.flow_run = id_of(7), .limit = 1, .cursor = "7:1"}), range);
  check_quick(store, asked({.flow_run = id_of(7), .task = "task"}), range);
  check_quick(store, asked({.id = id_of(7, 2)}), "SEARCH r USING PRIMARY KEY (flow_run=? AND n=?");
  check_quick(store, asked({.parent = id_of(7, 2)}), range);
  check_quick(store, watched.of("task_run", [&] { p.count_task_runs({.flow_run = id_of(7)}); }), range);
  check_quick(store, watched.of("task_run", [&] { p.known_task_runs(id_of(7)); }), range);

  const auto lines = [&](const weir::log_filter& f) { return watched.of("log l", [&] { p.logs(f); }); };
  check_quick(store, lines({.flow_run = id_of(7)}), "SEARCH l USING PRIMARY KEY (flow_run=?");
  check_quick(store, lines({.flow_run = id_of(7), .limit = 1, .cursor = "7:1"}),
              "SEARCH l USING PRIMARY KEY (flow_run=?");
  check_quick(store, lines({.task_run = id_of(7, 2)}), "SEARCH l USING PRIMARY KEY (flow_run=?");
}

TEST_CASE("what is running is found among the live runs alone", "[store][plan]") {
  const watched_statements watched;
  const filled_store store;
  const auto& p = *store.port;
  const std::vector<state_type> live{state_type::running, state_type::pending};
  const auto runs = watched.of("flow_run", [&] { CHECK(p.flow_runs({.states = live}).size() == 1); });
  check_quick(store, runs, "SCAN flow_run USING INDEX flow_run_live");
  check_quick(store, watched.of("task_run", [&] { CHECK(p.task_runs({.states = live}).size() == 3); }),
              "SCAN r USING INDEX task_run_live");
  CHECK(p.count_flow_runs({.states = {state_type::running, state_type::completed}}) == 100);
}

TEST_CASE("a page of everything goes on where the one before ended", "[store][plan]") {
  const watched_statements watched;
  const filled_store store;
  const auto& p = *store.port;
  const auto tasks = watched.of("task_run", [&] { p.task_runs({.limit = 5, .cursor = "70:1"}); });
  check_quick(store, tasks, "SEARCH r USING PRIMARY KEY ((flow_run,n)>(?,?))");
  const auto lines = watched.of("log l", [&] { p.logs({.limit = 5, .cursor = "70:1"}); });
  check_quick(store, lines, "SEARCH l USING PRIMARY KEY ((flow_run,seq)>(?,?))");
}

TEST_CASE("artifacts are found by key and by run, newest first, without sorting", "[store][plan][artifacts]") {
  const watched_statements watched;
  const filled_store store;
  const auto asked = [&](const weir::artifact_filter& f) {
    return watched.of("artifact a", [&] { store.port->artifacts(f); });
  };
  check_quick(store, asked({.key = "k1"}), "SEARCH a USING INDEX artifact_by_key (key=?");
  check_quick(store, asked({.key = "k1", .limit = 1}), "SEARCH a USING INDEX artifact_by_key (key=?");
  check_quick(store, asked({.key = "k1", .limit = 2, .cursor = "70"}), "SEARCH a USING INDEX artifact_by_key (key=?");
  check_quick(store, asked({.key = "k1", .flow_run = id_of(7)}), "SEARCH a USING INDEX artifact_by_");
  check_quick(store, asked({.flow_run = id_of(7)}), "SEARCH a USING INDEX artifact_by_run (flow_run=?");
  check_quick(store, asked({.id = artifact_id(71)}), "SEARCH a USING INDEX sqlite_autoindex_artifact_1 (id=?)");
  check_quick(store, asked({.limit = 10, .cursor = "70"}), "SEARCH a USING INTEGER PRIMARY KEY (rowid<?)");
  check_quick(store, asked({.latest_only = true}), "SEARCH a USING INDEX artifact_latest (latest=?");
}

TEST_CASE("opening a store looks at live runs alone", "[store][plan]") {
  filled_store store;
  store.port.reset();  // the session did not end: its runs are to be marked
  const watched_statements watched;
  const auto open = [&] { weir::open_sqlite_store(store.path, weir::open_mode::read_write); };
  const auto statements = watched.of("", open);
  std::vector<std::string> of_sessions, of_flow_runs, of_task_runs;
  for (const auto& sql : statements) {
    if (sql.find("FROM session") != std::string::npos) of_sessions.push_back(sql);
    if (sql.find("FROM flow_run") != std::string::npos) of_flow_runs.push_back(sql);
    if (sql.find("FROM task_run") != std::string::npos) of_task_runs.push_back(sql);
  }
  check_quick(store, of_sessions, "INDEX session_open");
  check_quick(store, of_flow_runs, "SEARCH r USING INDEX flow_run_live (session=?)");
  check_quick(store, of_task_runs, "SCAN r USING INDEX task_run_live");
}

TEST_CASE("each write finds its row by key", "[store][plan]") {
  const watched_statements watched;
  const filled_store store;
  facts f;
  f.flow_run({.run = 200}).task_run({.run = 200}).line({.run = 200}).artifact({.number = 2000, .run = 200});
  store.port->apply(f.take(), weir::durability::process);
  f.enter({.run = 200, .n = 1}).enter({.run = 200}).line({.run = 200, .message = "a number that is taken"});
  f.artifact({.number = 2001, .run = 200}).artifact({.number = 2000, .run = 200, .updated = created_at(9)});
  const auto statements = watched.of("", [&] { store.port->apply(f.take(), weir::durability::process); });
  int updates = 0;
  for (const auto& sql : statements) {
    if (!sql.starts_with("UPDATE") && !sql.starts_with("INSERT")) continue;
    const auto plan = store.plan_of(sql);
    CAPTURE(sql, plan);
    CHECK_THAT(plan, !ContainsSubstring("SCAN t") && !ContainsSubstring("SCAN l") && !ContainsSubstring("SCAN f") &&
                         !ContainsSubstring("SCAN a"));
    ++updates;
  }
  CHECK(updates == 7);
}
