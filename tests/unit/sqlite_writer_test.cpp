// What is particular to the store file: sessions and their locks, the write-ahead log, several connections.

#include "store/sqlite_store.hpp"
#include "support/catch2.hpp"
#include "support/facts.hpp"
#include "support/files.hpp"
#include "support/records.hpp"
#include "support/runtime.hpp"
#include "support/sqlite.hpp"

#include <atomic>
#include <thread>

using namespace weir_test;

namespace {

constexpr auto kept = weir::durability::process;

std::shared_ptr<weir::store_port> writing(const std::string& path) {
  return weir::open_sqlite_store(path, weir::open_mode::read_write);
}
std::shared_ptr<weir::store_port> reading(const std::string& path) {
  return weir::open_sqlite_store(path, weir::open_mode::read_only);
}
weir::timestamp moment(std::int64_t micros) { return weir::timestamp::from_micros(micros); }

}  // namespace

TEST_CASE("the runs of a session that did not end are Crashed once the store is opened again", "[store][session]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  facts f;
  {
    const auto port = writing(path);
    const auto left = port->open_session(moment(1)), ended = port->open_session(moment(1));
    f.flow_run({.run = 1, .session = left}).task_run({.run = 1, .n = 1}).task_run({.run = 1, .n = 2});
    f.enter({.run = 1, .n = 2});
    f.flow_run({.run = 2, .session = left, .started = false});
    f.flow_run({.run = 3, .session = left}).task_run({.run = 3, .n = 1}).enter({.run = 3});  // a bound thread's task
    f.flow_run({.run = 4, .session = ended}).task_run({.run = 4, .n = 1});
    f.flow_run({.run = 5, .flow = "", .session = left, .ambient = true}).task_run({.run = 5, .n = 1});
    f.flow_run({.run = 6, .session = left});
    f.enter({.run = 6, .type = state_type::scheduled, .name = "AwaitingRetry", .after = 1000});
    port->apply(f.take(), kept);
    port->close_session(ended, moment(2));
  }
  const auto port = writing(path);
  const auto state_of = [&](std::uint64_t run) { return port->flow_runs({.id = id_of(run)}).at(0).state.name; };
  const auto row = [&](std::uint64_t run, std::uint32_t n) { return port->task_runs({.id = id_of(run, n)}).at(0); };
  CHECK(state_of(1) == "Crashed");
  CHECK(state_of(2) == "Crashed");
  CHECK(state_of(3) == "Completed");
  CHECK(port->flow_runs({.id = id_of(4)}).at(0).state.message == "it never ended, or its end could not be recorded");
  CHECK(state_of(6) == "Crashed");
  CHECK(row(1, 1).state.name == "Crashed");
  CHECK(row(1, 2).state.name == "Completed");
  CHECK(row(3, 1).state.name == "Crashed");
  CHECK(row(4, 1).state.message == "it never ended, or its end could not be recorded");
  CHECK(row(5, 1).state.name == "Crashed");

  const auto crashed = port->flow_runs({.id = id_of(1)}).at(0);
  CHECK(names(crashed.history) == "Pending, Running, Crashed");
  CHECK_THAT(crashed.state.message, ContainsSubstring("pid " + std::to_string(::getpid())));
  CHECK(crashed.ended_at == crashed.history.back().at);
  CHECK(crashed.total_run_time == *crashed.ended_at - *crashed.started_at);
  CHECK(port->flow_runs({.id = id_of(6)}).at(0).total_run_time == std::chrono::microseconds(1000));

  CHECK(raw_sqlite(path).only("SELECT count(*) FROM session WHERE ended IS NULL") == "0");
  const auto before = shown_all(*port);
  const auto again = writing(path);  // once is enough
  CHECK(shown_all(*again) == before);
}

TEST_CASE("a session that lives keeps its runs, however often its file is opened", "[store][session]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  facts f;
  const auto port = writing(path);
  const auto session = port->open_session(moment(1));
  port->apply(f.flow_run({.run = 1, .session = session}).task_run({}).take(), kept);
  const auto other = writing(path);
  CHECK(other->open_session(moment(2)) != session);
  CHECK(port->open_session(moment(3)) != session);  // sees its own locks, too
  CHECK(reading(path)->flow_runs({}).at(0).state.name == "Running");
  CHECK(other->count_task_runs({.states = {state_type::running}}) == 1);
}

TEST_CASE("a run crashes after its last state, whatever the clock says", "[store][session]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  const std::int64_t far = 32'503'680'000'000'000;  // the year 3000
  facts f;
  {
    const auto port = writing(path);
    port->apply(f.flow_run({.session = port->open_session(moment(1)), .created = far}).take(), kept);
  }
  const auto run = writing(path)->flow_runs({}).at(0);
  CHECK(run.state.name == "Crashed");
  CHECK(run.history.at(2).at.micros() == far + 2);
  CHECK(run.total_run_time == std::chrono::microseconds(1));
}

TEST_CASE("connections to one file see what another one wrote, and write beside it", "[store]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  facts f, g;
  const auto a = writing(path), b = writing(path), r = reading(path);
  // Names get their numbers from whoever uses them first: both must come to the same.
  a->apply(f.flow_run({.run = 1, .flow = "mine", .tags = {"x"}}).task_run({.run = 1, .task = "shared"}).take(), kept);
  b->apply(g.flow_run({.run = 2, .flow = "yours", .tags = {"x"}}).task_run({.run = 2, .task = "shared"}).take(), kept);
  a->apply(f.flow_run({.run = 3, .flow = "yours"}).task_run({.run = 3, .task = "new"}).take(), kept);
  b->apply(g.task_run({.run = 2, .n = 2, .task = "new"}).take(), kept);
  for (const auto* port : {a.get(), b.get(), r.get()}) {
    CHECK(port->flow_runs({.flow = "yours"}).size() == 2);
    CHECK(port->task_runs({.task = "shared"}).size() == 2);
    CHECK(port->task_runs({.task = "new"}).size() == 2);
    CHECK(port->flow_runs({.tags = {"x"}}).size() == 2);
  }
}

TEST_CASE("a store that was opened to be read cannot be written", "[store]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  writing(path);
  const auto r = reading(path);
  facts f;
  CHECK_THROWS_AS(r->apply(f.flow_run({}).take(), kept), weir::usage_error);
  CHECK_THROWS_AS(r->open_session(moment(1)), weir::usage_error);
  r->idle();
  CHECK(r->lost_facts() == 0);
}

TEST_CASE("the write-ahead log goes into the file when nothing waits, and not on a commit", "[store]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  const auto size = [&] { return std::filesystem::file_size(path); };
  facts f;
  const auto port = writing(path);
  const auto empty = size();
  port->apply(f.flow_run({}).line({.message = "small"}).take(), kept);
  port->idle();
  CHECK(size() == empty);  // not worth the trouble
  port->apply(f.line({.seq = 1, .message = std::string(10 << 20, 'x')}).take(), kept);
  CHECK(size() == empty);
  port->idle();
  CHECK(size() > 10u << 20);
  CHECK(port->info().bytes > size());
}

TEST_CASE("a reader sees whole batches while another connection writes", "[store][threads]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  const auto port = writing(path);
  std::atomic<bool> done{false};
  std::atomic<int> torn{0}, looks{0};
  const auto look = [&](const weir::store_port& from) {
    std::size_t most = 0;
    do {
      const bool last = done;
      const auto tasks = from.count_task_runs({});
      const auto runs = from.flow_runs({.limit = 1000});
      if (tasks % 3 != 0 || tasks < most || runs.size() * 3 < tasks) ++torn;
      for (const auto& run : runs)
        if (from.task_runs({.flow_run = run.id}).size() != 3) ++torn;
      most = tasks;
      ++looks;
      if (last) break;
    } while (true);
  };
  std::jthread same([&] { look(*port); }), other([&] { look(*reading(path)); });
  facts f;
  for (std::uint64_t run = 1; run <= 40; ++run) {
    f.flow_run({.run = run});
    for (std::uint32_t n = 1; n <= 3; ++n) f.task_run({.run = run, .n = n}).enter({.run = run, .n = n});
    port->apply(f.take(), weir::durability::relaxed);
  }
  done = true;
  same.join();
  other.join();
  CHECK(torn == 0);
  CHECK(looks >= 2);
  CHECK(port->count_task_runs({}) == 120);
}
