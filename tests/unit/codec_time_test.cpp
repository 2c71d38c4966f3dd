#include "support/catch2.hpp"
#include "support/codecs.hpp"

#include <cmath>

using namespace weir::testing;
using namespace std::chrono_literals;
using std::chrono::sys_days, std::chrono::sys_time, std::chrono::year, std::chrono::day, std::chrono::month;

TEST_CASE("a duration is seconds where they read back as the same count", "[core][codec][time]") {
  CHECK(written(1500ms) == "1.5");
  CHECK(written(24h) == "86400");
  CHECK(written(-1ns) == "-1e-09");
  CHECK(written(weir::duration(250ms)) == "0.25");
  CHECK(written(std::chrono::nanoseconds(1234567890123456789)) ==
        R"({"count":1234567890123456789,"per":"1/1000000000"})");
  CHECK(written(std::chrono::duration<double>(0.1)) == "0.1");
  CHECK(written(std::chrono::duration<double, std::milli>(0.1)) == R"({"count":0.1,"per":"1/1000"})");
  CHECK(written(std::chrono::duration<double>(std::nan(""))) == R"("NaN")");
  CHECK(read_back<std::chrono::nanoseconds>("1.5") == 1500ms);
  CHECK(read_back<std::chrono::seconds>("1.6") == 2s);
  CHECK(read_back<std::chrono::hours>(written(std::chrono::hours::max())) == std::chrono::hours::max());
}

TEST_CASE("a duration that does not fit is an error", "[core][codec][time]") {
  CHECK(bad_value([] { read_back<std::chrono::nanoseconds>("1e300"); }) ==
        "expected a duration in seconds that fits its type, found number 1e+300");
  CHECK(bad_value([] { read_back<std::chrono::nanoseconds>(R"("NaN")"); }) ==
        R"(expected a duration in seconds that fits its type, found string "NaN")");
  CHECK(bad_value([] {
          read_back<std::chrono::milliseconds>(R"({"count":1,"per":"1/1000000"})");
        }).starts_with("expected a count of 1/1000 s, found object"));
  CHECK(bad_value([] { read_back<std::chrono::duration<signed char>>(R"({"count":128,"per":"1/1"})"); }).find("fits") !=
        std::string::npos);
}

TEST_CASE("instants of four-digit years are RFC 3339, whatever their clock can hold", "[core][codec][time]") {
  CHECK(written(sys_days(year(2026) / 1 / 31)) == R"("2026-01-31T00:00:00.000000Z")");
  CHECK(written(sys_days(year(0) / 1 / 1)) == R"("0000-01-01T00:00:00.000000Z")");
  CHECK(written(sys_days(year(9999) / 12 / 31)) == R"("9999-12-31T00:00:00.000000Z")");
  CHECK(written(sys_days(year(10000) / 1 / 1)) == R"({"count":2932897,"per":"86400/1"})");
  CHECK(written(sys_days(year(-1) / 12 / 31)) == R"({"count":-719529,"per":"86400/1"})");
  CHECK(written(sys_time<std::chrono::nanoseconds>(-1ns)) == R"("1969-12-31T23:59:59.999999999Z")");
  CHECK(written(weir::timestamp::from_micros(1)) == R"("1970-01-01T00:00:00.000001Z")");
  CHECK(written(std::chrono::local_time<std::chrono::seconds>(1s)) == R"("1970-01-01T00:00:01.000000")");
}

TEST_CASE("times that people write are read", "[core][codec][time]") {
  using nanoseconds = sys_time<std::chrono::nanoseconds>;
  const nanoseconds noon = sys_days(year(2026) / 1 / 31) + 12h;
  CHECK(read_back<nanoseconds>(R"("2026-01-31T12:00:00Z")") == noon);
  CHECK(read_back<nanoseconds>(R"("2026-01-31T12:00:00.5Z")") == noon + 500ms);
  CHECK(read_back<nanoseconds>(R"("2026-01-31T13:30:00+01:30")") == noon);
  CHECK(read_back<nanoseconds>(R"("2026-01-31T07:00:00.000000001-05:00")") == noon + 1ns);
  CHECK(read_back<sys_time<std::chrono::seconds>>(R"("1969-12-31T23:59:59.9Z")") ==
        sys_time<std::chrono::seconds>(-1s));
}

TEST_CASE("what is no time is an error", "[core][codec][time]") {
  const std::string text =
      GENERATE("", "x", "2026-01-31", "2026-01-31T12:00:00", "2026-02-30T12:00:00Z", "2026-01-31T24:00:00Z",
               "2026-1-31T12:00:00Z", "2026-01-31T12:00:00.Z", "2026-01-31T12:00:00Zx", " 2026-01-31T12:00:00Z",
               "2026-01-31T12:00:00+24:00", "-026-01-31T12:00:00Z", "2026-13-01T12:00:00Z", "2026-01-31 12:00:00Z",
               "2026-01-31T12:00:00+01");
  CHECK(bad_value([&] { read_back<weir::timestamp>('"' + text + '"'); }) ==
        "expected a time like 2026-01-31T12:00:00Z, found string \"" + text + '"');
  CHECK_FALSE(bad_value([&] { read_back<std::chrono::year_month_day>('"' + text.substr(0, 9) + '"'); }).empty());
}

TEST_CASE("an instant outside of the range of its clock is an error", "[core][codec][time]") {
  CHECK(bad_value([] { read_back<sys_time<std::chrono::nanoseconds>>(R"("9999-12-31T00:00:00Z")"); }) ==
        R"(expected a count of 1/1000000000 s that fits its type, found string "9999-12-31T00:00:00Z")");
}

TEST_CASE("dates are text where they are dates, else their numbers", "[core][codec][time]") {
  CHECK(written(year(2024) / 2 / 29) == R"("2024-02-29")");
  CHECK(written(year(2026) / 2 / 29) == "[2026,2,29]");
  CHECK(written(year(-44) / 3 / 15) == "[-44,3,15]");
  CHECK(written(year(2026) / month(7)) == R"("2026-07")");
  CHECK(written(year(12026) / month(7)) == "[12026,7]");
  CHECK(written(std::chrono::Sunday) == "0");
  CHECK(written(year(2026)) == "2026");
  CHECK(written(std::chrono::hh_mm_ss(1h + 1min + 1500ms)) == "3661.5");
  CHECK(read_back<std::chrono::year_month>("[12026,7]") == year(12026) / month(7));
  CHECK(read_back<std::chrono::weekday>("0") == std::chrono::Sunday);
  CHECK(read_back<std::chrono::hh_mm_ss<std::chrono::minutes>>("60").hours() == 0h);
  CHECK(bad_value([] { read_back<std::chrono::year_month_day>(R"("2026-02-29")"); }) ==
        R"(expected a date like 2026-01-31, found string "2026-02-29")");
  CHECK(bad_value([] { read_back<std::chrono::year_month>(R"("2026-07-01")"); }) ==
        R"(expected a month like 2026-01, found string "2026-07-01")");
}
