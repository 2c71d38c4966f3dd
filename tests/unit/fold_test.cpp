// What is left of a batch for the store: rows in the order of their keys, each with the newest that was said of it.

#include "store/fold.hpp"
#include "support/catch2.hpp"
#include "support/facts.hpp"

#include <algorithm>

using namespace weir_test;
using weir::store_detail::folded_batch;

namespace {

/// "1.0 C", "1.2 CU": flow run and number, whether it was created and updated, in order.
std::string shown(const folded_batch& folded) {
  std::string out;
  for (const auto& c : folded.runs()) {
    const weir::fact& any = c.created ? static_cast<const weir::fact&>(*c.created) : *c.newest;
    out += fmt::format("{}.{}{}{} ", any.run, any.n, c.created ? "C" : "", c.newest ? "U" : "");
  }
  return out;
}

}  // namespace

TEST_CASE("rows come sorted by flow run and number, whatever order they were told in", "[store][fold]") {
  facts f;
  f.flow_run({.run = 2}).flow_run({.run = 1});
  for (const std::uint32_t n : {3u, 1u, 2u}) f.task_run({.run = 2, .n = n}).task_run({.run = 1, .n = n});
  f.enter({.run = 1, .n = 2}).enter({.run = 2});
  const auto told = f.take();
  folded_batch folded;
  folded.assign(told);
  CHECK(shown(folded) == "1.0C 1.1C 1.2CU 1.3C 2.0CU 2.1C 2.2C 2.3C ");
}

TEST_CASE("of several states of a run the last one is left", "[store][fold]") {
  facts f;
  f.flow_run({}).task_run({});
  for (int i = 0; i < 10; ++i) f.enter({.n = 1, .type = state_type::running, .message = std::to_string(i)});
  const auto told = f.take();
  folded_batch folded;
  folded.assign(told);
  REQUIRE(folded.runs().size() == 2);
  CHECK(text(*folded.runs()[1].newest, weir::update_fact::message) == "9");

  f.enter({.n = 1});
  const auto alone = f.take();
  folded.assign(alone);  // keeps nothing of the batch before
  CHECK(shown(folded) == "1.1U ");
}

TEST_CASE("what is told of an earlier attempt does not replace what is told of a later one", "[store][fold]") {
  facts f;
  f.flow_run({}).task_run({});
  const auto first = f.story_of(1, 1);
  f.task_run({.parameters = "again", .flow_attempt = 2});
  f.story_of(1, 1) = first;
  f.enter({.n = 1, .message = "late", .attempt = 9});
  const auto told = f.take();
  folded_batch folded;
  folded.assign(told);
  CHECK(shown(folded) == "1.0C 1.1C ");
  const auto& row = static_cast<const weir::task_run_fact&>(*folded.runs()[1].created);
  CHECK(text(row, weir::task_run_fact::parameters) == "again");
}

TEST_CASE("lines come sorted by flow run and sequence, flows as they were told", "[store][fold]") {
  facts f;
  f.flow({.name = "b"}).flow({.name = "a"}).flow({.name = "b", .version = "2"});
  for (const std::uint32_t seq : {2u, 0u, 1u}) f.line({.run = 2, .seq = seq}).line({.run = 1, .seq = seq});
  const auto told = f.take();
  folded_batch folded;
  folded.assign(told);
  CHECK(folded.runs().empty());
  std::string lines, flows;
  for (const auto* l : folded.lines()) lines += fmt::format("{}.{} ", l->run, l->seq);
  for (const auto* one : folded.flows())
    flows += fmt::format("{}{} ", weir::text_of(one->name), weir::text_of(one->version));
  CHECK(lines == "1.0 1.1 1.2 2.0 2.1 2.2 ");
  CHECK(flows == "b a b2 ");
}

TEST_CASE("an empty batch leaves nothing", "[store][fold]") {
  folded_batch folded;
  facts f;
  const auto told = f.flow_run({}).take();
  folded.assign(told);
  folded.assign({});
  CHECK(folded.runs().empty());
  CHECK(folded.flows().empty());
  CHECK(folded.lines().empty());
}
