#include "core/retry.hpp"
#include "support/catch2.hpp"

using namespace std::chrono_literals;
using weir::core::jittered;

TEST_CASE("jitter changes nothing where there is no delay or no factor", "[core][retry]") {
  CHECK(jittered(0s, 2, 0.7) == 0s);
  CHECK(jittered(3s, 0, 0.7) == 3s);
}

TEST_CASE("jittered waits stay between their bounds for every draw", "[core][retry]") {
  const double factor = GENERATE(0.1, 0.5, 1.0, 3.0, 60.0);
  const auto low = jittered(10s, factor, 0);
  const auto high = jittered(10s, factor, 0.999999999);
  CHECK(low < high);
  CHECK(high <= weir::duration(10s * (1 + factor)));
  for (int i = 0; i < 100; ++i) {
    const auto w = jittered(10s, factor, i / 100.0);
    CHECK(w >= low);
    CHECK(w <= high);
  }
}

TEST_CASE("a back-off that overflows saturates", "[core][retry]") {
  const auto schedule = weir::exponential_backoff(1s, {.factor = 10});
  CHECK(schedule.delay_after({500, {}}) > 24h * 365);
  CHECK(schedule.delay_after({500, {}}) == schedule.delay_after({501, {}}));
}
