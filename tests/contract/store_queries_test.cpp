// Every field of every filter, alone and together, and the order of what comes back.

#include "contract/store_contract.hpp"

using namespace weir_test;

namespace {

/// Five flow runs of two flows, a subflow, an ambient run, their task runs and lines.
///
///   1 etl      "first"   {io, night}  completed   tasks 1 read-0 {io}, 2 read-1 under 1, 3 the row of run 4, 4 named "own"
///   2 etl      "second"  {io}         failed      tasks 1 read-0, failed
///   3 report   "third"                never started
///   4 etl      "inner"                running, called by run 1
///   5 etl      "first"   {night}      completed
///   6 ambient                                     tasks 1 read-0
void tell(weir::store_port& port) {
  facts f;
  f.flow({.name = "report", .version = "2", .description = "d", .schema = "{\"type\":\"object\"}", .at = 5});
  f.flow({.name = "etl"});
  f.flow_run({.run = 1, .flow = "etl", .name = "first", .version = "1.0", .tags = {"night", "io"}});
  f.flow_run({.run = 2, .flow = "etl", .name = "second", .tags = {"io"}});
  f.flow_run({.run = 3, .flow = "report", .name = "third", .started = false});
  f.task_run({.run = 1, .n = 1, .task = "read", .version = "v1", .tags = {"io"}});
  f.task_run({.run = 1, .n = 2, .task = "read", .parent_n = 1, .index = 1});
  f.task_run({.run = 1, .n = 3, .task = "etl", .name = "inner", .child = id_of(4)});
  f.flow_run({.run = 4, .flow = "etl", .name = "inner", .parent_run = 1, .parent_n = 3});
  f.task_run({.run = 1, .n = 4, .task = "load", .name = "own", .started = false});
  f.task_run({.run = 2, .n = 1, .task = "read"});
  f.flow_run({.run = 5, .flow = "etl", .name = "first", .tags = {"night"}});
  f.flow_run({.run = 6, .flow = "", .name = "ambient", .ambient = true});
  f.task_run({.run = 6, .n = 1, .task = "read"});
  f.enter({.run = 1, .n = 1}).enter({.run = 1, .n = 2}).enter({.run = 1});
  f.enter(
      {.run = 2, .n = 1, .type = state_type::failed, .failure = R"({"type":"std::runtime_error","message":"503"})"});
  f.enter({.run = 2, .type = state_type::failed}).enter({.run = 5});
  f.line({.run = 2, .n = 1, .seq = 0, .message = "a 50% loss_", .level = weir::log::level::error, .at = 7});
  f.line({.run = 1, .n = 0, .seq = 0, .message = "begin", .level = weir::log::level::debug});
  f.line({.run = 1, .n = 2, .seq = 2, .message = "Read", .level = weir::log::level::warning});
  f.line({.run = 1, .n = 1, .seq = 1, .message = "read"});
  f.line({.run = 6, .n = 1, .seq = 0, .message = "outside"});
  port.apply(f.take(), kept);
}

std::string runs(const weir::store_port& port, weir::flow_run_filter f = {}) {
  std::string out;
  for (const auto& r : port.flow_runs(f))
    for (std::uint64_t run = 1; run <= 6; ++run)
      if (r.id == id_of(run)) out += std::to_string(run);
  f.limit = 1;
  CHECK(port.count_flow_runs(f) == out.size());
  return out;
}

std::string tasks(const weir::store_port& port, weir::task_run_filter f = {}) {
  std::string out;
  for (const auto& r : port.task_runs(f))
    for (std::uint64_t run = 1; run <= 6; ++run)
      if (r.flow_run == id_of(run))
        out += std::to_string(run) + "." + std::to_string(weir::core::number_of(r.id)) + " ";
  f.limit = 1;
  CHECK(port.count_task_runs(f) == static_cast<std::size_t>(std::count(out.begin(), out.end(), ' ')));
  return out;
}

std::string lines(const weir::store_port& port, const weir::log_filter& f = {}) {
  std::string out;
  for (const auto& r : port.logs(f)) out += r.message + ", ";
  return out;
}

weir::timestamp moment(std::int64_t micros) { return weir::timestamp::from_micros(micros); }

}  // namespace

TEMPLATE_TEST_CASE("flow runs are found by each field of their filter, newest first", "[contract]", WEIR_EVERY_STORE) {
  TestType store;
  tell(*store.port);
  const auto& p = *store.port;
  CHECK(runs(p) == "54321");
  CHECK(runs(p, {.id = id_of(2)}) == "2");
  CHECK(runs(p, {.id = id_of(9)}).empty());
  CHECK(runs(p, {.id = id_of(6)}).empty());  // ambient runs are nobody's
  CHECK(runs(p, {.id_from = id_of(2)}) == "5432");
  CHECK(runs(p, {.id_to = id_of(2)}) == "21");
  CHECK(runs(p, {.id_from = id_of(2), .id_to = id_of(4)}) == "432");
  CHECK(runs(p, {.id_from = id_of(4), .id_to = id_of(2)}).empty());
  CHECK(runs(p, {.flow = "etl"}) == "5421");
  CHECK(runs(p, {.flow = "ETL"}).empty());
  CHECK(runs(p, {.flow = "read"}).empty());
  CHECK(runs(p, {.flow = ""}).empty());
  CHECK(runs(p, {.name = "first"}) == "51");
  CHECK(runs(p, {.name = "firs"}).empty());
  CHECK(runs(p, {.states = {state_type::completed}}) == "51");
  CHECK(runs(p, {.states = {state_type::failed, state_type::pending}}) == "32");
  CHECK(runs(p, {.states = {state_type::cancelled}}).empty());
  CHECK(runs(p, {.tags = {"io"}}) == "21");
  CHECK(runs(p, {.tags = {"night", "io"}}) == "1");
  CHECK(runs(p, {.tags = {"io", "io"}}) == "21");
  CHECK(runs(p, {.tags = {"i"}}).empty());
  CHECK(runs(p, {.tags = {""}}).empty());
  CHECK(runs(p, {.tags = {"etl"}}).empty());  // a flow of that name is no tag
  CHECK(runs(p, {.parent = id_of(1)}) == "4");
  CHECK(runs(p, {.parent = id_of(4)}).empty());
  CHECK(runs(p, {.flow = "etl", .states = {state_type::completed}, .tags = {"io"}}) == "1");
}

TEMPLATE_TEST_CASE("flow runs are found by when they started, bounds included", "[contract]", WEIR_EVERY_STORE) {
  TestType store;
  tell(*store.port);
  const auto& p = *store.port;
  const auto second = created_at(2) + 1;  // when run 2 started; run 3 never did
  CHECK(runs(p, {.started_after = moment(second)}) == "542");
  CHECK(runs(p, {.started_after = moment(second + 1)}) == "54");
  CHECK(runs(p, {.started_before = moment(second)}) == "21");
  CHECK(runs(p, {.started_before = moment(second - 1)}) == "1");
  CHECK(runs(p, {.started_after = moment(second), .started_before = moment(second)}) == "2");
}

TEMPLATE_TEST_CASE("task runs are found by each field of their filter, in the order of the calls", "[contract]",
                   WEIR_EVERY_STORE) {
  TestType store;
  tell(*store.port);
  const auto& p = *store.port;
  CHECK(tasks(p) == "1.1 1.2 1.3 1.4 2.1 6.1 ");
  CHECK(tasks(p, {.id = id_of(1, 2)}) == "1.2 ");
  CHECK(tasks(p, {.id = id_of(1, 9)}).empty());
  CHECK(tasks(p, {.id = id_of(1)}).empty());
  CHECK(tasks(p, {.flow_run = id_of(1)}) == "1.1 1.2 1.3 1.4 ");
  CHECK(tasks(p, {.flow_run = id_of(6)}) == "6.1 ");
  CHECK(tasks(p, {.flow_run = id_of(3)}).empty());
  CHECK(tasks(p, {.task = "read"}) == "1.1 1.2 2.1 6.1 ");
  CHECK(tasks(p, {.task = "etl"}) == "1.3 ");
  CHECK(tasks(p, {.task = "report"}).empty());
  CHECK(tasks(p, {.name = "own"}) == "1.4 ");
  CHECK(tasks(p, {.name = "read-1"}) == "1.2 ");
  CHECK(tasks(p, {.name = "read-0"}) == "1.1 2.1 6.1 ");
  CHECK(tasks(p, {.name = "load-0"}).empty());
  CHECK(tasks(p, {.states = {state_type::completed}}) == "1.1 1.2 ");
  CHECK(tasks(p, {.states = {state_type::failed, state_type::pending}}) == "1.4 2.1 ");
  CHECK(tasks(p, {.tags = {"io"}}) == "1.1 ");
  CHECK(tasks(p, {.tags = {"io", "night"}}).empty());
  CHECK(tasks(p, {.parent = id_of(1, 1)}) == "1.2 ");
  CHECK(tasks(p, {.parent = id_of(1)}).empty());  // called by the flow is called by no task
  CHECK(tasks(p, {.flow_run = id_of(1), .task = "read", .states = {state_type::completed}}) == "1.1 1.2 ");
  const auto start = created_at(1) + 2 + 1;  // of task run 2
  CHECK(tasks(p, {.flow_run = id_of(1), .started_after = moment(start)}) == "1.2 1.3 ");
  CHECK(tasks(p, {.flow_run = id_of(1), .started_before = moment(start)}) == "1.1 1.2 ");
  CHECK(tasks(p, {.started_after = moment(start), .started_before = moment(start)}) == "1.2 ");
}

TEMPLATE_TEST_CASE("lines are found by each field of their filter, as they were written", "[contract]",
                   WEIR_EVERY_STORE) {
  TestType store;
  tell(*store.port);
  const auto& p = *store.port;
  CHECK(lines(p) == "begin, read, Read, a 50% loss_, outside, ");
  CHECK(lines(p, {.flow_run = id_of(1)}) == "begin, read, Read, ");
  CHECK(lines(p, {.flow_run = id_of(3)}).empty());
  CHECK(lines(p, {.task_run = id_of(1, 2)}) == "Read, ");
  CHECK(lines(p, {.task_run = id_of(1, 3)}).empty());
  CHECK(lines(p, {.task_run = id_of(1)}).empty());  // the id of a flow run is no task run's
  CHECK(lines(p, {.min_level = weir::log::level::warning}) == "Read, a 50% loss_, ");
  CHECK(lines(p, {.min_level = weir::log::level::error}) == "a 50% loss_, ");
  CHECK(lines(p, {.task_run = weir::core::task_run_id(id_of(1), 0)}).empty());
  CHECK(lines(p, {.contains = "rea"}) == "read, ");
  CHECK(lines(p, {.contains = "%"}) == "a 50% loss_, ");
  CHECK(lines(p, {.contains = ""}) == "begin, read, Read, a 50% loss_, outside, ");
  const auto written = moment(created_at(1) + 1);
  CHECK(lines(p, {.flow_run = id_of(1), .after = written}) == "read, Read, ");
  CHECK(lines(p, {.before = written}) == "begin, read, a 50% loss_, ");  // whose clock was wrong
  CHECK(lines(p, {.after = written, .before = written}) == "read, ");
  CHECK(lines(p, {.flow_run = id_of(1), .task_run = id_of(2, 1)}).empty());
}

TEMPLATE_TEST_CASE("a record has everything that its facts said", "[contract]", WEIR_EVERY_STORE) {
  TestType store;
  tell(*store.port);
  const auto& p = *store.port;
  CHECK(shown_all(p.flows()) ==
        "flow 'etl'  2026-01-01T00:00:00.000000Z '' '{}'\n"
        "flow 'report' 2 1970-01-01T00:00:00.000005Z 'd' '{\"type\":\"object\"}'\n");

  const auto inner = p.flow_runs({.id = id_of(4)}).at(0);
  CHECK(inner.kind == weir::run_kind::flow);
  CHECK(inner.parent == id_of(1));
  CHECK(inner.parent_task_run == id_of(1, 3));
  const auto first = p.flow_runs({.id = id_of(1)}).at(0);
  CHECK_FALSE(first.parent);
  CHECK(first.version == "1.0");
  CHECK(first.tags == std::vector<std::string>{"io", "night"});
  const auto third = p.flow_runs({.id = id_of(3)}).at(0);
  CHECK(third.state.type == state_type::pending);
  CHECK_FALSE(third.started_at);

  const auto rows = p.task_runs({.flow_run = id_of(1)});
  CHECK(rows.at(0).kind == weir::run_kind::task);
  CHECK(rows.at(0).version == "v1");
  CHECK_FALSE(rows.at(0).parent);
  CHECK(rows.at(1).parent == id_of(1, 1));
  CHECK(rows.at(1).index == 1);
  CHECK(rows.at(2).child_flow_run == id_of(4));
  CHECK_FALSE(rows.at(0).child_flow_run);
  CHECK(p.task_runs({.flow_run = id_of(2)}).at(0).failure->message == "503");

  const auto lines = p.logs({.flow_run = id_of(1)});
  CHECK(lines.at(0).run_name == "first");
  CHECK_FALSE(lines.at(0).task_run);
  CHECK(lines.at(1).run_name == "read-0");
  CHECK(lines.at(1).task_run == id_of(1, 1));
  CHECK(lines.at(2).level == weir::log::level::warning);
}

TEMPLATE_TEST_CASE("a flow is what it was when it last ran, since it first ran", "[contract]", WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  store.port->apply(f.flow({.version = "1", .description = "old", .at = 7}).take(), kept);
  store.port->apply(f.flow({.version = "2", .schema = "{\"a\":1}", .at = 9}).take(), kept);
  CHECK(shown_all(store.port->flows()) == "flow 'flow' 2 1970-01-01T00:00:00.000007Z '' '{\"a\":1}'\n");
}

TEMPLATE_TEST_CASE("the task runs that a later attempt meets are those of its flow run", "[contract]",
                   WEIR_EVERY_STORE) {
  TestType store;
  tell(*store.port);
  const auto known = store.port->known_task_runs(id_of(1));
  REQUIRE(known.size() == 4);
  CHECK(known[1].task == "read");
  CHECK(known[1].parent_n == 1);
  CHECK(known[1].index == 1);
  CHECK(known[1].n == 2);
  const auto earlier = store.port->find_earlier(id_of(1), 2);
  REQUIRE(earlier);
  CHECK(earlier->created == created_at(1) + 2);
  CHECK(weir::core::unpack_history(earlier->history, earlier->created).size() == 3);
  CHECK(earlier->result.empty());
  CHECK_FALSE(store.port->find_earlier(id_of(1), 99));
  CHECK_FALSE(store.port->find_earlier(id_of(9), 1));
  CHECK(store.port->known_task_runs(id_of(9)).empty());
}

TEMPLATE_TEST_CASE("flow runs are ordered as they came, whatever their clock said", "[contract]", WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  store.port->apply(f.flow_run({.run = 2, .created = created_at(9)}).take(), kept);
  // Threads number their runs and then append: a batch may begin with the later number.
  store.port->apply(f.flow_run({.run = 4}).flow_run({.run = 3, .created = created_at(1)}).take(), kept);
  store.port->apply(f.flow_run({.run = 1}).take(), kept);
  CHECK(runs(*store.port) == "1432");
}
