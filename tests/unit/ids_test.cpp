#include "core/ids.hpp"
#include "support/catch2.hpp"

#include <set>

using namespace weir::core;
using weir::timestamp;
using weir::uuid;

namespace {

uuid some_flow_run(random_source& random, std::int64_t ms) {
  const auto high = random.next(), low = random.next();
  return make_flow_run_id(timestamp::from_micros(ms * 1000), high, low);
}

}  // namespace

TEST_CASE("the id of a flow run is a UUID of version 7 that begins with the milliseconds", "[core][ids]") {
  const auto id = make_flow_run_id(timestamp::from_micros(0x0190'f3a2'7c4e * 1000 + 999), ~0ull, ~0ull);
  CHECK(to_string(id) == "0190f3a2-7c4e-7fff-bfff-ffffffffffff");
  CHECK(to_string(make_flow_run_id(timestamp::from_micros(0), 0, 0)) == "00000000-0000-7000-8000-000000000000");
  CHECK_FALSE(is_task_run_id(id));
}

TEST_CASE("every random bit reaches an id but for those of version and variant", "[core][ids]") {
  std::set<std::string> seen;
  const auto now = timestamp::from_micros(1'767'225'600'000'000);
  for (int bit = 0; bit < 64; ++bit) {
    seen.insert(to_string(make_flow_run_id(now, 1ull << bit, 0)));
    seen.insert(to_string(make_flow_run_id(now, 0, 1ull << bit)));
  }
  CHECK(seen.size() == 74 + 1);
}

TEST_CASE("ids of flow runs are ordered as they were made, to the millisecond", "[core][ids]") {
  random_source random(1);
  auto last = some_flow_run(random, 1);
  for (std::int64_t ms = 2; ms < 1 << 20; ms += 1 + static_cast<std::int64_t>(random.next() % 300)) {
    const auto next = some_flow_run(random, ms);
    if (!(last < next)) FAIL(last << " is not before " << next);
    last = next;
  }
}

TEST_CASE("the id of a task run is its flow run's with version 8 and its number at the end", "[core][ids]") {
  const auto flow = uuid::parse("0190f3a2-7c4e-7b1d-9f00-2b6e8d1c5a77");
  CHECK(to_string(task_run_id(flow, 1)) == "0190f3a2-7c4e-8b1d-9f00-2b6e00000001");
  CHECK(to_string(task_run_id(flow, 0xfedcba98)) == "0190f3a2-7c4e-8b1d-9f00-2b6efedcba98");
  random_source random(2);
  for (const std::uint32_t n : {1u, 2u, 255u, 256u, 65536u, 0x01020304u, 0xffffffffu}) {
    const auto id = task_run_id(some_flow_run(random, 1'767'225'600'000), n);
    CHECK(is_task_run_id(id));
    CHECK(number_of(id) == n);
  }
}

TEST_CASE("the ids of task runs are ordered as their numbers", "[core][ids]") {
  const auto flow = uuid::parse("0190f3a2-7c4e-7b1d-9f00-2b6e8d1c5a77");
  for (std::uint32_t n = 1; n < 1u << 31; n = n * 3 + 1) CHECK(task_run_id(flow, n) < task_run_id(flow, n + 1));
}

TEST_CASE("the flow run of a task run lies within its bounds, and another one does not", "[core][ids]") {
  random_source random(3);
  for (int i = 0; i < 1000; ++i) {
    const auto flow = some_flow_run(random, 1'767'225'600'000), other = some_flow_run(random, 1'767'225'600'000);
    const auto [low, high] = flow_run_bounds(task_run_id(flow, static_cast<std::uint32_t>(random.next())));
    if (!(low <= flow && flow <= high)) FAIL(flow);
    if (low <= other && other <= high) FAIL(other << " beside " << flow);
  }
  const auto [low, high] = flow_run_bounds(uuid::parse("0190f3a2-7c4e-8b1d-9f00-2b6e00000001"));
  CHECK(to_string(low) == "0190f3a2-7c4e-7b1d-9f00-2b6e00000000");
  CHECK(to_string(high) == "0190f3a2-7c4e-7b1d-9f00-2b6effffffff");
}

TEST_CASE("a seed gives the same numbers again, another seed others", "[core][ids]") {
  random_source a(42), b(42), c(43);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto n = a.next();
    CHECK(n == b.next());
    CHECK(n != c.next());
    seen.insert(n);
  }
  CHECK(seen.size() == 1000);
  for (int i = 0; i < 1000; ++i) {
    const double u = a.next_unit();
    CHECK((u >= 0 && u < 1));
  }
}
