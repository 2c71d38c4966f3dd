#include "support/catch2.hpp"

#include <weir/time.hpp>

#include <fmt/format.h>

using namespace std::chrono_literals;
using weir::timestamp;

namespace {

std::string at(std::chrono::sys_time<std::chrono::microseconds> t) { return to_string(timestamp(t)); }

}  // namespace

TEST_CASE("an instant is RFC 3339 in UTC to the microsecond, also before 1970", "[core][time]") {
  using std::chrono::sys_days;
  CHECK(to_string(timestamp()) == "1970-01-01T00:00:00.000000Z");
  CHECK(at(sys_days(2026y / 1 / 31) + 12h + 34min + 56s + 7us) == "2026-01-31T12:34:56.000007Z");
  CHECK(to_string(timestamp::from_micros(-1)) == "1969-12-31T23:59:59.999999Z");
  CHECK(to_string(timestamp::from_micros(-1'000'000)) == "1969-12-31T23:59:59.000000Z");
  CHECK(at(sys_days(1900y / 3 / 1) - 1us) == "1900-02-28T23:59:59.999999Z");  // no leap year
  CHECK(at(sys_days(2000y / 3 / 1) - 1us) == "2000-02-29T23:59:59.999999Z");
  CHECK(at(sys_days(1y / 1 / 1)) == "0001-01-01T00:00:00.000000Z");
  CHECK(at(sys_days(9999y / 12 / 31) + 24h - 1us) == "9999-12-31T23:59:59.999999Z");
  CHECK(fmt::format("{:>30}", timestamp()) == "   1970-01-01T00:00:00.000000Z");
}

TEST_CASE("texts of instants sort as the instants do", "[core][time]") {
  auto last = to_string(timestamp::from_micros(-62'135'596'800'000'000));  // year 1
  for (std::int64_t us = -62'135'596'799'000'000; us < 253'402'300'799'000'000; us += 123'456'789'012'345) {
    const auto next = to_string(timestamp::from_micros(us));
    CHECK(last < next);
    last = next;
  }
}

TEST_CASE("finer instants are rounded down, to the past too", "[core][time]") {
  using std::chrono::nanoseconds;
  const auto of = [](std::int64_t ns) {
    return timestamp(std::chrono::sys_time<nanoseconds>(nanoseconds(ns))).micros();
  };
  CHECK(of(1999) == 1);
  CHECK(of(-1) == -1);
  CHECK(of(-1000) == -1);
  CHECK(timestamp(std::chrono::sys_days(1970y / 1 / 2)).micros() == 86'400'000'000);
}

TEST_CASE("a duration takes any unit and cuts off what is finer than a microsecond", "[core][time]") {
  CHECK(weir::duration(1.5s) == 1'500'000us);
  CHECK(weir::duration(1999ns) == 1us);
  CHECK(weir::duration(2h) == 2h);
  CHECK(weir::duration() == 0s);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<weir::duration, int>);
}
