// What becomes of a batch of facts: all of it or nothing, as often as it is said, newest state wins.

#include "contract/store_contract.hpp"

using namespace weir_test;

namespace {

/// A flow run with two task runs, their ends and a line each.
batch small_story(facts& f, std::uint64_t run) {
  f.flow({}).flow_run({.run = run, .tags = {"b", "a"}});
  f.line({.run = run, .seq = 0, .message = "begin"});
  for (std::uint32_t n : {1u, 2u}) {
    f.task_run({.run = run, .n = n, .index = n - 1, .created = created_at(run)});
    f.line({.run = run, .n = n, .seq = n, .message = "in a task"});
    f.enter({.run = run, .n = n, .type = n == 1 ? state_type::completed : state_type::failed});
  }
  f.enter({.run = run});
  f.artifact({.number = 10 * run, .run = run});
  f.artifact({.number = 10 * run + 1, .run = run, .n = 1, .type = "progress", .content = "j0", .created = 5});
  f.artifact(
      {.number = 10 * run + 1, .run = run, .n = 1, .type = "progress", .content = "j50", .created = 5, .updated = 6});
  return f.take();
}

}  // namespace

TEMPLATE_TEST_CASE("a store keeps what a batch says, also when it is opened again", "[contract]", WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  store.port->apply(small_story(f, 1), kept);
  const auto before = shown_all(*store.port);
  CHECK(store.port->count_flow_runs({}) == 1);
  CHECK(store.port->count_task_runs({}) == 2);
  CHECK(store.port->logs({}).size() == 3);
  store.reopen();
  CHECK(shown_all(*store.port) == before);
}

TEMPLATE_TEST_CASE("a batch that fails leaves nothing, and can be said again", "[contract]", WEIR_EVERY_STORE) {
  TestType store;
  store.fail_second_write();
  facts f;
  store.port->apply(small_story(f, 1), kept);
  const auto before = shown_all(*store.port);

  f.flow({.name = "other"}).flow_run({.run = 2, .flow = "other", .version = "v2"});
  f.task_run({.run = 2, .task = "fresh"}).task_run({.run = 1, .n = 3, .task = "fresh"});
  f.enter({.run = 1, .n = 3, .type = state_type::failed}).line({.run = 2, .message = "poison"});
  f.task_run({.run = 99});
  const auto second = f.take();
  CHECK_THROWS_AS(store.port->apply(second, kept), weir::store_error);
  CHECK(shown_all(*store.port) == before);

  store.repair();
  store.port->apply(second, kept);
  CHECK(store.port->flow_runs({.flow = "other"}).at(0).version == "v2");
  CHECK(store.port->task_runs({.task = "fresh"}).size() == 2);
  CHECK(store.port->logs({}).back().message == "poison");
  CHECK(store.port->lost_facts() == 1);  // the task run of run 99, once
}

TEMPLATE_TEST_CASE("a flow run whose creation failed is unknown, and its facts go to no other one", "[contract]",
                   WEIR_EVERY_STORE) {
  TestType store;
  store.fail_second_write();
  facts f;
  store.port->apply(small_story(f, 1), kept);
  f.flow_run({.run = 2}).line({.run = 2, .message = "poison"});
  CHECK_THROWS_AS(store.port->apply(f.take(), kept), weir::store_error);
  store.repair();
  store.port->apply(f.flow_run({.run = 3}).task_run({.run = 2, .n = 1}).take(), kept);
  CHECK(store.port->lost_facts() == 1);
  CHECK(store.port->count_task_runs({.flow_run = id_of(3)}) == 0);
}

TEMPLATE_TEST_CASE("a batch that fails takes nothing from what was there before it", "[contract]", WEIR_EVERY_STORE) {
  TestType store;
  store.fail_second_write();
  facts f;
  const auto first = small_story(f, 1);
  store.port->apply(first, kept);
  // What is known already, said again, and something new.
  const auto more = f.line({.run = 1, .seq = 9, .message = "poison"}).take();
  CHECK_THROWS_AS(store.port->apply(first + more, kept), weir::store_error);
  store.repair();

  store.port->apply(f.task_run({.run = 1, .n = 3}).take(), kept);
  CHECK(store.port->count_task_runs({}) == 3);
  CHECK(store.port->lost_facts() == 0);
}

TEMPLATE_TEST_CASE("a batch that is applied twice changes nothing the second time", "[contract]", WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  const auto first = small_story(f, 1), second = small_story(f, 2);
  store.port->apply(first, kept);
  store.port->apply(second, kept);
  const auto once = shown_all(*store.port);

  SECTION("the newest") { store.port->apply(second, kept); }
  SECTION("an older one") { store.port->apply(first, kept); }
  SECTION("by another connection") {
    store.reopen();
    store.port->apply(second, kept);
  }
  SECTION("twice in one batch") {
    TestType other;
    other.port->apply(first + first, kept);
    other.port->apply(second, kept);
    CHECK(shown_all(*other.port) == once);
  }
  CHECK(shown_all(*store.port) == once);
  CHECK(store.port->lost_facts() == 0);
}

TEMPLATE_TEST_CASE("the creation of a run does not undo what happened since", "[contract]", WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  const auto created = f.flow_run({}).task_run({}).line({}).take();
  store.port->apply(created, kept);
  store.port->apply(f.enter({.n = 1}).enter({}).take(), kept);
  const auto ended = shown_all(*store.port);
  store.port->apply(created, kept);
  CHECK(shown_all(*store.port) == ended);

  f.flow_run({}).task_run({}).line({});
  TestType other;
  other.port->apply(f.enter({.n = 1}).enter({}).take() + created, kept);
  CHECK(shown_all(*other.port) == ended);
}

TEMPLATE_TEST_CASE("an update that came in with the creation reaches a run that was known", "[contract]",
                   WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  const auto created = f.flow_run({}).task_run({}).take();
  store.port->apply(created, kept);
  const auto ends = f.enter({.n = 1, .failure = R"({"type":"t","message":"m"})"}).enter({.message = "done"}).take();
  SECTION("by the same connection") {}
  SECTION("by another one") { store.reopen(); }
  store.port->apply(created + ends, kept);
  CHECK(store.port->flow_runs({}).at(0).state.message == "done");
  CHECK(store.port->task_runs({}).at(0).failure->message == "m");
}

TEMPLATE_TEST_CASE("what is older than the record of a run is refused", "[contract]", WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  store.port->apply(f.flow_run({}).task_run({}).take(), kept);
  const auto early = f.story_of(1, 1);
  const auto late_end = f.enter({.n = 1, .type = state_type::failed, .message = "late"}).take();  // of attempt 1
  f.story_of(1, 1) = early;
  const auto again = f.enter({.n = 1, .type = state_type::scheduled, .name = "AwaitingRetry"})
                         .enter({.n = 1, .type = state_type::running, .name = "Retrying", .attempt = 2})
                         .take();

  SECTION("in a batch of its own") {
    store.port->apply(again, kept);
    store.port->apply(late_end, kept);
  }
  SECTION("in the batch of the newer one") { store.port->apply(again + late_end, kept); }
  const auto row = store.port->task_runs({}).at(0);
  CHECK(row.state.name == "Retrying");
  CHECK(row.attempts == 2);
  CHECK(row.history.size() == 4);

  store.port->apply(f.enter({.n = 1}).take(), kept);
  CHECK(store.port->task_runs({}).at(0).state.name == "Completed");
}

TEMPLATE_TEST_CASE("nothing follows CRASHED but another attempt", "[contract]", WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  store.port->apply(f.flow_run({}).task_run({}).take(), kept);
  const auto crash = f.enter({.type = state_type::crashed}).enter({.n = 1, .type = state_type::crashed}).take();
  const auto end = f.enter({}).enter({.n = 1}).take();
  SECTION("in a later batch") {
    store.port->apply(crash, kept);
    store.port->apply(end, kept);
  }
  SECTION("in the same batch") { store.port->apply(crash + end, kept); }
  CHECK(store.port->count_flow_runs({.states = {state_type::crashed}}) == 1);
  CHECK(store.port->task_runs({}).at(0).state.name == "Crashed");
  store.port->apply(f.task_run({.flow_attempt = 2}).enter({.type = state_type::running, .attempt = 2}).take(), kept);
  CHECK(store.port->flow_runs({}).at(0).state.name == "Running");
  CHECK(store.port->task_runs({}).at(0).state.name == "Retrying");
}

TEMPLATE_TEST_CASE("a later attempt of a flow takes its task runs over, and the one before may say no more",
                   "[contract]", WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  const auto begun = f.flow_run({}).task_run({.parameters = "{\"x\":1}"}).take();
  const auto ended = f.enter({.n = 1, .attempt = 3, .after = 500}).take();
  const auto first_attempt = f.story_of(1, 1);
  const auto begun_again = f.task_run({.parameters = "{\"x\":2}", .flow_attempt = 2}).take();
  f.story_of(1, 1) = first_attempt;
  const auto late = f.enter({.n = 1, .type = state_type::failed, .message = "late"}).take();

  SECTION("in batches of their own") {
    for (const auto& one : {begun, ended, begun_again, late}) store.port->apply(one, kept);
  }
  SECTION("the later attempt in one batch") {
    store.port->apply(begun + ended, kept);
    store.port->apply(begun_again + late, kept);
  }
  SECTION("in one batch") { store.port->apply(begun + ended + begun_again + late, kept); }
  const auto row = store.port->task_runs({}).at(0);
  CHECK(row.state.name == "Retrying");
  CHECK(row.parameters == "{\"x\":2}");
  CHECK(row.attempts == 1);
  CHECK_FALSE(row.ended_at);
  CHECK_FALSE(row.failure);
  CHECK(row.total_run_time == std::chrono::microseconds(500));  // of the attempts before
  CHECK(store.port->count_task_runs({}) == 1);
}

TEMPLATE_TEST_CASE("start and end make the same record in one batch as in two", "[contract]", WEIR_EVERY_STORE) {
  TestType one, two;
  facts f;
  batch all;
  const auto told = [&](facts& more) {
    const auto some = more.take();
    all = all + some;
    two.port->apply(some, kept);
  };
  told(f.flow_run({.version = "3", .tags = {"x"}}));
  told(f.task_run({.task = "t", .name = "own", .tags = {"y"}}));
  told(f.enter({.n = 1, .type = state_type::scheduled, .name = "AwaitingRetry", .message = "failed"}));
  told(f.enter({.n = 1, .type = state_type::running, .name = "Retrying", .attempt = 2}));
  told(f.enter({.n = 1, .type = state_type::failed, .message = "no", .failure = R"({"type":"e","attempt":2})"}));
  told(f.enter({.type = state_type::completed, .name = "Skipped"}));
  one.port->apply(all, kept);

  const auto flow = one.port->flow_runs({}).at(0);
  CHECK(flow.state.name == "Skipped");
  CHECK(flow.history.size() == 3);
  const auto task = one.port->task_runs({}).at(0);
  CHECK(task.state.message == "no");
  CHECK(task.failure->attempt == 2);
  CHECK(task.attempts == 2);
  CHECK(task.started_at == task.history.at(1).at);
  CHECK(task.ended_at == task.history.at(4).at);
  CHECK(task.total_run_time == std::chrono::microseconds(20));
  CHECK(shown_all(*one.port) == shown_all(*two.port));
}

TEMPLATE_TEST_CASE("facts of a flow run that was never created are lost, counted, and harm nothing", "[contract]",
                   WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  small_story(f, 7);  // its creation is never applied
  store.port->apply(f.task_run({.run = 7, .n = 3}).take(), kept);
  CHECK(store.port->lost_facts() == 1);
  store.port->apply(f.enter({.run = 7, .n = 3}).take(), kept);
  store.port->apply(f.line({.run = 7, .seq = 9}).take(), kept);
  store.port->apply(f.enter({.run = 7}).take(), kept);
  CHECK(store.port->lost_facts() == 4);
  CHECK(shown_all(*store.port).empty());

  store.port->apply(small_story(f, 8), kept);
  CHECK(store.port->count_task_runs({}) == 2);
  CHECK(store.port->lost_facts() == 4);
}

TEMPLATE_TEST_CASE("a line whose number is taken by another goes behind what is there, once", "[contract]",
                   WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  f.flow_run({});
  for (std::uint32_t i = 0; i < 3; ++i) f.line({.seq = i, .message = std::to_string(i)});
  store.port->apply(f.take(), kept);
  const auto more = f.line({.seq = 0, .message = "0"})
                        .line({.seq = 1, .message = "other"})
                        .line({.seq = 2, .message = "2", .logger = "app"})
                        .take();
  store.port->apply(more, kept);
  store.port->apply(more, kept);
  std::string said;
  for (const auto& line : store.port->logs({})) said += line.message + line.logger + " ";
  CHECK(said == "0 1 2 other 2app ");
}

TEMPLATE_TEST_CASE("an update of a task run that was never created makes none", "[contract]", WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  store.port->apply(f.flow_run({}).take(), kept);
  f.task_run({});
  f.take();
  store.port->apply(f.enter({.n = 1}).line({.n = 1}).take(), kept);
  CHECK(store.port->count_task_runs({}) == 0);
  CHECK(store.port->logs({}).at(0).run_name.empty());  // the line is kept, whoever wrote it
}

TEMPLATE_TEST_CASE("4,096 flow runs that come interleaved keep their own", "[contract]", WEIR_EVERY_STORE) {
  constexpr std::uint32_t runs = 4096, tasks = 4;
  TestType store;
  facts f;
  for (std::uint32_t r = 1; r <= runs; ++r) f.flow_run({.run = r, .name = std::to_string(r)});
  for (std::uint32_t n = 1; n <= tasks; ++n)
    for (std::uint32_t r = 1; r <= runs; ++r) {
      f.task_run({.run = r, .n = n, .name = std::to_string(r), .index = n - 1});
      f.line({.run = r, .n = n, .seq = n, .message = std::to_string(r)});
    }
  for (std::uint32_t n = tasks; n > 0; --n)
    for (std::uint32_t r = runs; r > 0; --r) f.enter({.run = r, .n = n, .message = std::to_string(r)});
  store.port->apply(f.take(), kept);

  CHECK(store.port->count_task_runs({.states = {state_type::completed}}) == runs * tasks);
  const auto rows = store.port->task_runs({.limit = runs * tasks});
  const auto lines = store.port->logs({.limit = runs * tasks});
  REQUIRE(rows.size() == runs * tasks);
  REQUIRE(lines.size() == rows.size());
  std::size_t wrong = 0;
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    const auto run = i / tasks + 1;
    const auto name = std::to_string(run);
    if (rows[i].id != id_of(run, i % tasks + 1) || rows[i].name != name || rows[i].state.message != name) ++wrong;
    if (lines[i].task_run != rows[i].id || lines[i].message != name) ++wrong;
  }
  CHECK(wrong == 0);
}

TEMPLATE_TEST_CASE("an empty batch is none, however durable", "[contract]", WEIR_EVERY_STORE) {
  TestType store;
  for (const auto how : {weir::durability::relaxed, weir::durability::process, weir::durability::power})
    store.port->apply({}, how);
  store.port->idle();
  CHECK(shown_all(*store.port).empty());
}

TEMPLATE_TEST_CASE("each session has a number of its own, and one that ends leaves the others' runs alone",
                   "[contract][session]", WEIR_EVERY_STORE) {
  TestType store;
  const auto now = weir::timestamp::from_micros(created_at(0));
  const auto a = store.port->open_session(now), b = store.port->open_session(now);
  CHECK(a != 0);
  CHECK(b != 0);
  CHECK(a != b);
  facts f;
  f.flow_run({.run = 1, .session = a}).task_run({.run = 1}).flow_run({.run = 2, .session = b});
  store.port->apply(f.take(), kept);
  store.port->close_session(a, now);
  CHECK(store.port->open_session(now) != a);
  // Nothing of it runs any more; what looks so ended unseen.
  CHECK(store.port->flow_runs({.id = id_of(1)}).at(0).state.name == "Crashed");
  CHECK(store.port->task_runs({.id = id_of(1, 1)}).at(0).state.name == "Crashed");
  CHECK(store.port->flow_runs({.id = id_of(2)}).at(0).state.name == "Running");
  store.port->apply(f.enter({.run = 2}).take(), kept);
  CHECK(store.port->flow_runs({.id = id_of(2)}).at(0).state.is_completed());
}
