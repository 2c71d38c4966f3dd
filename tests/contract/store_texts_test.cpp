// Texts come back byte for byte, whatever is in them: names, messages, parameters, failures, histories.

#include "contract/store_contract.hpp"

#include "engine/failure.hpp"

using namespace weir_test;

namespace {

std::string every_byte() {
  std::string out;
  for (int byte = 0; byte < 256; ++byte) out += static_cast<char>(byte);
  return out;
}

std::string with_nul(std::string before, const std::string& after) { return before += '\0' + after; }

std::vector<std::string> odd_texts() {
  return {"",
          " ",
          "a",
          with_nul("", ""),
          with_nul("a", "b"),
          every_byte(),
          "\x80\x80"
          "abc",
          "\xff",
          "Gr\xc3\xbc\xc3\x9f"
          "e \xf0\x9f\x8c\x8a",
          "\xed\xa0\x80",  // half of a surrogate pair
          "it's \"quoted\" \\ % _ ? ?1 :x",
          "line\nbreak\r\n\t\x1b[31m",
          "{\"json\": [1, null]}",
          "[\"looks\",\"like tags\"]",
          std::string(1'000'000, 'x') + "end"};
}

}  // namespace

TEMPLATE_TEST_CASE("each text of a record comes back byte for byte, and finds it", "[contract]", WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  const auto texts = odd_texts();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto run = i + 1;
    const auto& t = texts[i];
    f.flow({.name = "f" + t, .version = t, .description = t, .schema = t});
    f.flow_run({.run = run, .flow = "f" + t, .name = t, .version = t, .parameters = t});
    f.task_run({.run = run, .task = "t" + t, .name = t, .version = t, .parameters = t});
    f.enter({.run = run, .n = 1, .name = t, .message = t}).enter({.run = run, .name = t, .message = t});
    f.line({.run = run, .message = t, .logger = t});
  }
  store.port->apply(f.take(), kept);
  store.reopen();
  const auto& p = *store.port;
  CHECK(p.flows().size() == texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto run = i + 1;
    const auto& t = texts[i];
    CAPTURE(visible(t.substr(0, 300)));
    const auto flow = p.flow_runs({.id = id_of(run)}).at(0);
    const auto task = p.task_runs({.flow_run = id_of(run)}).at(0);
    CHECK((flow.flow == "f" + t && flow.name == t && flow.version == t && flow.parameters == t));
    CHECK((task.task == "t" + t && task.version == t && task.parameters == t));
    CHECK(task.name == (t.empty() ? "t-0" : t));
    const auto shown = t.empty() ? "Completed" : t;  // a state without a name has its type's
    CHECK((flow.state.name == shown && flow.state.message == t));
    CHECK((task.state.name == shown && task.state.message == t));
    const auto line = p.logs({.flow_run = id_of(run)}).at(0);
    CHECK((line.message == t && line.logger == t));

    CHECK(p.flow_runs({.flow = "f" + t}).size() == 1);
    CHECK(p.flow_runs({.name = t}).size() == 1);
    CHECK(p.task_runs({.task = "t" + t}).size() == 1);
    CHECK(p.task_runs({.name = task.name}).size() == 1);
    CHECK(p.logs({.flow_run = id_of(run), .contains = t}).size() == 1);
  }
}

TEMPLATE_TEST_CASE("a part of a message is found by its bytes, wherever it begins", "[contract]", WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  const auto all = every_byte();
  store.port->apply(f.flow_run({}).line({.message = all}).take(), kept);
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(i);
    CHECK(store.port->logs({.contains = all.substr(i, 1)}).size() == 1);
    CHECK(store.port->logs({.contains = all.substr(i)}).size() == 1);
    CHECK(store.port->logs({.contains = all.substr(i) + "x"}).empty());
  }
}

TEMPLATE_TEST_CASE("tags of any text are sorted, once each, and each finds the run", "[contract]", WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  const std::vector<std::string> tags{"b",
                                      "a",
                                      "b",
                                      "1",
                                      "null",
                                      "true",
                                      "\"",
                                      "\\",
                                      "%",
                                      "a b",
                                      "Gr\xc3\xbc\xc3\x9f"
                                      "e"};
  store.port->apply(f.flow_run({.tags = tags}).task_run({.tags = tags}).take(), kept);
  store.port->apply(f.flow_run({.run = 2, .tags = {"[\"a\"]"}}).take(), kept);
  auto sorted = tags;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  CHECK(store.port->flow_runs({.id = id_of(1)}).at(0).tags == sorted);
  CHECK(store.port->task_runs({}).at(0).tags == sorted);
  for (const auto& tag : tags) {
    CAPTURE(tag);
    CHECK(store.port->flow_runs({.tags = {tag}}).size() == 1);
    CHECK(store.port->task_runs({.tags = {tag}}).size() == 1);
  }
  CHECK(store.port->flow_runs({.tags = {"0"}}).empty());
  CHECK(store.port->flow_runs({.tags = {"[\"a\"]"}}).size() == 1);
}

TEMPLATE_TEST_CASE("a failure keeps its causes, and one that does not parse is shown as it is", "[contract]",
                   WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  const weir::failure thrown{
      weir::error_code::other, "std::runtime_error", "outer \"quoted\" \n", {"middle", "", "inner"}, 3};
  const std::vector<std::string> broken{"not json",
                                        "[1]",
                                        "\"text\"",
                                        R"({"type":5})",
                                        R"({"causes":"none"})",
                                        R"({"causes":[1]})",
                                        R"({"attempt":"two"})",
                                        with_nul("{", "}")};
  f.flow_run({}).enter({.type = state_type::failed, .failure = weir::detail::to_json_text(thrown)});
  for (std::uint32_t n = 1; n <= broken.size(); ++n)
    f.task_run({.n = n}).enter({.n = n, .type = state_type::failed, .failure = broken[n - 1]});
  store.port->apply(f.take(), kept);

  const auto failure = store.port->flow_runs({}).at(0).failure;
  REQUIRE(failure);
  CHECK(failure->type == thrown.type);
  CHECK(failure->message == thrown.message);
  CHECK(failure->causes == thrown.causes);
  CHECK(failure->attempt == 3);
  const auto rows = store.port->task_runs({});
  REQUIRE(rows.size() == broken.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    REQUIRE(rows[i].failure);
    CHECK(rows[i].failure->message == broken[i]);
    CHECK(rows[i].failure->attempt == 1);
  }
}

TEMPLATE_TEST_CASE("a history of a thousand states comes back state for state", "[contract]", WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  f.flow_run({}).task_run({});
  for (std::uint32_t attempt = 1; attempt <= 500; ++attempt) {
    f.enter({.n = 1, .type = state_type::scheduled, .name = "AwaitingRetry", .message = std::to_string(attempt)});
    f.enter({.n = 1, .type = state_type::running, .name = "Retrying", .attempt = attempt + 1, .after = 1'000'000'000});
  }
  store.port->apply(f.take(), kept);
  const auto row = store.port->task_runs({}).at(0);
  REQUIRE(row.history.size() == 1002);
  CHECK(row.attempts == 501);
  for (std::size_t i = 1; i < row.history.size(); ++i) REQUIRE(row.history[i - 1].at < row.history[i].at);
  CHECK(row.history[1000].message == "500");
}

TEMPLATE_TEST_CASE("a history that is damaged is shown as far as it goes, and the run as what it is", "[contract]",
                   WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  f.flow_run({}).task_run({});
  auto& story = f.story_of(1, 1);
  story.history += std::string(1, '\xff');  // whatever follows is not a state
  store.port->apply(f.enter({.n = 1}).take(), kept);
  const auto row = store.port->task_runs({.states = {state_type::completed}}).at(0);
  CHECK(row.history.size() == 2);
  CHECK(row.state.type == state_type::completed);
  CHECK(row.state.name == "Completed");
}
