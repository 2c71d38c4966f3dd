// The SQL interface that we promise to keep: v_flow_run, v_task_run, v_log and v_artifact, read by SQLite's own program while a
// runtime has the file open.

#include "support/catch2.hpp"
#include "support/files.hpp"
#include "support/runtime.hpp"

#include <array>
#include <cstdio>

using namespace std::chrono_literals;
using namespace weir_test;

namespace {

bool sqlite3_is_there() { return std::system("sqlite3 -version >/dev/null 2>&1") == 0; }

/// What `sqlite3 -readonly FILE QUERY` prints: a row a line, columns between |.
std::string sqlite3(const std::string& path, const std::string& query) {
  const auto command = "sqlite3 -readonly -init /dev/null '" + path + "' \"" + query + "\" 2>&1";
  std::unique_ptr<FILE, int (*)(FILE*)> program(::popen(command.c_str(), "r"), &::pclose);
  std::string out;
  std::array<char, 4096> some{};
  while (const auto n = std::fread(some.data(), 1, some.size(), program.get())) out.append(some.data(), n);
  return out;
}

std::string text(const std::optional<weir::timestamp>& t) { return t ? to_string(*t) : ""; }

struct recorded {
  temporary_folder folder{};
  std::string path = folder / "weir.db";
  std::shared_ptr<weir::testing::manual_clock> clock = std::make_shared<weir::testing::manual_clock>();
  weir::runtime runtime{{.store = path,
                         .console = false,
                         .seed = 1,
                         .clock = clock,
                         .executor = std::make_shared<weir::testing::jumping_executor>(clock)}};

  std::string ask(const std::string& query) const { return sqlite3(path, query); }
  /// Waits until everything so far is in the file.
  weir::store& store() {
    runtime.store().count_flow_runs();
    return runtime.store();
  }
};

}  // namespace

TEST_CASE("the views show running runs to other programs", "[store][views]") {
  if (!sqlite3_is_there()) WEIR_SKIP("there is no sqlite3 program");
  recorded r;
  const auto step = weir::task(
      "step", {.tags = {"io"}, .version = "1.5"},
      [&](int) {
        r.store();
        return r.ask(
            "SELECT name, task_key, dynamic_key, state_type, state_name, run_count, end_time IS NULL FROM v_task_run");
      },
      weir::arg("n"));
  const auto flow = weir::flow("etl", [&] {
    CHECK(step(7) == "step-0|step|0|RUNNING|Running|1|1\n");
    return r.ask("SELECT flow_name, state_type, state_name, end_time IS NULL FROM v_flow_run");
  });
  CHECK(flow.on(r.runtime)() == "etl|RUNNING|Running|1\n");
}

TEST_CASE("the views say what weir's own queries say", "[store][views]") {
  if (!sqlite3_is_there()) WEIR_SKIP("there is no sqlite3 program");
  recorded r;
  const auto step = weir::task(
      "step", {.retries = 1, .retry_delay = 1500ms, .tags = {"io", "b"}},
      [&, fails = std::make_shared<int>(1)](std::string who) {
        r.clock->advance(7ms);
        weir::log::warning("it is {}", who);
        if ((*fails)-- > 0) throw std::runtime_error("503");
      },
      weir::arg("who"));
  const auto inner = weir::flow("inner", [&] { weir::this_run::finish_as("Skipped", "no new files"); });
  const auto bad = weir::task("bad", [] { throw std::invalid_argument("no"); });
  const auto outer = weir::flow("outer", {.tags = {"night"}, .version = "3"}, [&] {
    step("me");
    inner();
    bad();
  });
  CHECK_FALSE(outer.on(r.runtime).run());
  weir::task("outside", [] { weir::log::error("alone"); }).on(r.runtime)();
  auto& store = r.store();

  std::string flow_runs, task_runs, lines;
  for (const auto& f : store.flow_runs())
    flow_runs +=
        fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{:g}|{}|{}|{}\n", f.id, f.flow, f.name, f.state.type, f.state.name,
                    f.state.message, f.attempts, text(f.created_at), text(f.started_at), text(f.ended_at),
                    f.total_run_time.count(), f.parameters, f.tags.empty() ? "[]" : "[\"night\"]", f.version);
  CHECK(
      r.ask(
          "SELECT id, flow_name, name, state_type, state_name, state_message, run_count, created, start_time, end_time, "
          "printf('%g', total_run_time), parameters, tags, flow_version FROM v_flow_run ORDER BY key DESC") ==
      flow_runs);
  CHECK_THAT(flow_runs, ContainsSubstring("|outer|") &&
                            ContainsSubstring("|FAILED|Failed|std::invalid_argument: no|") &&
                            ContainsSubstring("|COMPLETED|Skipped|no new files|"));

  for (const auto& t : store.task_runs())
    task_runs +=
        fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{:g}|{}|{}\n", t.id, t.flow_run, t.task, t.index, t.name,
                    t.state.type, t.state.name, t.state.message, t.attempts, text(t.created_at), text(t.started_at),
                    text(t.ended_at), t.total_run_time.count(), t.parameters, t.tags.empty() ? "[]" : "[\"b\",\"io\"]");
  CHECK(
      r.ask(
          "SELECT id, flow_run_id, task_key, dynamic_key, name, state_type, state_name, state_message, run_count, created, "
          "start_time, end_time, printf('%g', total_run_time), parameters, tags FROM v_task_run "
          "ORDER BY flow_run_key, n") == task_runs);
  CHECK_THAT(task_runs, ContainsSubstring("|step-0|COMPLETED|Completed||2|2026-01-01T00:00:00.000000Z|"));

  for (const auto& l : store.logs())
    lines += fmt::format("{}|{}|{}0|{}|{}|{}\n", l.flow_run, l.task_run ? to_string(*l.task_run) : "",
                         static_cast<int>(l.level), to_string(l.at), l.message, l.logger);
  CHECK(
      r.ask(
          "SELECT flow_run_id, task_run_id, level, timestamp, message, logger FROM v_log ORDER BY flow_run_key, seq") ==
      lines);
  CHECK_THAT(lines, ContainsSubstring("|30|2026-01-01T00:00:00.007000Z|it is me") && ContainsSubstring("|40|"));
}

TEST_CASE("the view of artifacts says what weir's own queries say", "[store][views][artifacts]") {
  if (!sqlite3_is_there()) WEIR_SKIP("there is no sqlite3 program");
  recorded r;
  const std::string svg = "<svg >";
  const auto task = weir::task("task", [&] {
    weir::create_markdown("report", "old");
    r.clock->advance(7ms);
    weir::create_markdown("report", "new", "of today");
    weir::create_image("plot", std::as_bytes(std::span(svg)));
  });
  weir::flow("f", [&] {
    task();
    weir::create_markdown("", std::string(20'000, 'x'));
    const auto p = weir::create_progress("p", 3);
    r.clock->advance(100ms);
    ++p;
  }).on(r.runtime)();
  {
    weir::runtime_scope scope(r.runtime);
    weir::create_link("outside", "x");
  }
  std::string all;
  for (const auto& a : r.store().artifacts()) {
    const bool large = a.size > 16 * 1024;
    all += fmt::format(
        "{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}\n", a.id, a.key, a.version, a.key.empty() || a.data == "old" ? 0 : 1,
        a.type, a.description,
        large               ? ""
        : a.type == "image" ? svg
                            : a.data,
        large ? 32 : 0, a.media_type, a.size, to_string(a.created_at), to_string(a.updated_at),
        fmt::format("{}|{}", a.flow_run ? to_string(*a.flow_run) : "", a.task_run ? to_string(*a.task_run) : ""));
  }
  CHECK(
      r.ask(
          "SELECT id, key, version, latest, type, description, data, coalesce(length(data_file), 0), media_type, size, "
          "created, updated, flow_run_id, task_run_id FROM v_artifact ORDER BY seq DESC") == all);
  CHECK_THAT(all, ContainsSubstring("|report|2|1|markdown|of today|new|0||3|") &&
                      ContainsSubstring("|p|1|1|progress||33.33|"));
}

TEST_CASE("a task run that its flow begins again is shown as Retrying", "[store][views]") {
  if (!sqlite3_is_there()) WEIR_SKIP("there is no sqlite3 program");
  recorded r;
  std::string seen;
  const auto step = weir::task("step", {.persist_result = false}, [&] {  // so that it runs again
    r.store();
    seen += r.ask("SELECT state_name, run_count, flow_run_run_count, total_run_time > 0.006 FROM v_task_run");
    r.clock->advance(7ms);
  });
  const auto flow = weir::flow("f", {.retries = 1}, [&, fails = std::make_shared<int>(1)] {
    step();
    if ((*fails)-- > 0) throw std::runtime_error("once");
  });
  flow.on(r.runtime)();
  CHECK(seen == "Running|1|1|0\nRetrying|1|2|1\n");
}

TEST_CASE("the ids in the views are those by which weir finds a run", "[store][views]") {
  if (!sqlite3_is_there()) WEIR_SKIP("there is no sqlite3 program");
  recorded r;
  const auto step = weir::task("step", [] {});
  weir::flow("f", [&] {
    for (int i = 0; i < 300; ++i) step();
  }).on(r.runtime)();
  auto& store = r.store();
  const auto ids = r.ask("SELECT id FROM v_task_run WHERE n IN (1, 255, 256, 300) UNION ALL SELECT id FROM v_flow_run");
  REQUIRE(ids.size() == 5 * 37);
  for (std::uint32_t i = 0; i < 4; ++i)
    CHECK(store.find_task_run(weir::uuid::parse(ids.substr(i * 37, 36)))->index ==
          (std::array{0u, 254u, 255u, 299u}[i]));
  CHECK(store.find_flow_run(weir::uuid::parse(ids.substr(4 * 37, 36)))->flow == "f");
}

TEST_CASE("a program that must not write a store cannot by mistake", "[store][views]") {
  if (!sqlite3_is_there()) WEIR_SKIP("there is no sqlite3 program");
  recorded r;
  weir::flow("f", [] {}).on(r.runtime)();
  CHECK_THAT(r.ask("DELETE FROM flow_run"), ContainsSubstring("readonly"));
  CHECK_THAT(r.ask("DELETE FROM v_flow_run"), ContainsSubstring("view"));
  CHECK(r.store().count_flow_runs() == 1);
}
