#include "support/catch2.hpp"

#include <weir/time.hpp>

#include <cmath>
#include <limits>

using namespace std::chrono_literals;
using weir::duration;

TEST_CASE("a duration takes any chrono duration, and cuts off what is below a microsecond", "[core][time]") {
  CHECK(duration(0.5s) == 500ms);
  CHECK(duration(1999ns) == 1us);
  CHECK(duration(-1min) == -60s);
  CHECK(duration(std::chrono::hours(24) * 365 * 1000) == std::chrono::hours(24) * 365 * 1000);
  static_assert(duration(1.5min) == 90s);
}

TEST_CASE("a duration that is too long is the longest, and one that is no number the most negative", "[core][time]") {
  using real = std::chrono::duration<double>;
  CHECK(duration(std::chrono::hours::max()) == duration::max());
  CHECK(duration(std::chrono::hours::min()) == duration::min());
  CHECK(duration(std::chrono::nanoseconds::max()) < duration::max());
  CHECK(duration(std::chrono::microseconds::max()) == duration::max());
  CHECK(duration(real(1e300)) == duration::max());
  CHECK(duration(real(std::numeric_limits<double>::infinity())) == duration::max());
  CHECK(duration(real(-1e300)) == duration::min());
  CHECK(duration(real(std::nan(""))) == duration::min());
}
