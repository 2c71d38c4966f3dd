#include "engine/context.hpp"
#include "support/catch2.hpp"

using weir::detail::call_counter;

TEST_CASE("calls of each task are counted from 0, however many tasks there are", "[engine][identity]") {
  // Around 16 the counter goes over from a list to a table.
  const auto tasks = static_cast<weir::name_id>(GENERATE(1, 2, 15, 16, 17, 18, 1000));
  CAPTURE(tasks);
  call_counter counter;
  for (std::uint32_t round = 0; round < 5; ++round)
    for (weir::name_id task = 1; task <= tasks; ++task) CHECK(counter.next(task) == round);
}

TEST_CASE("a task that comes late is counted from 0, too", "[engine][identity]") {
  call_counter counter;
  for (std::uint32_t i = 0; i < 100; ++i) CHECK(counter.next(1) == i);
  for (weir::name_id task = 2; task <= 40; ++task) CHECK(counter.next(task) == 0);
  CHECK(counter.next(1) == 100);
  CHECK(counter.next(2) == 1);
  CHECK(counter.next(40) == 1);
}
