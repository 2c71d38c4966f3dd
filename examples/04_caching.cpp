// A step that takes long and is asked the same thing again: its result is kept, and found by what went into it.

#include <weir/weir.hpp>

#include <fmt/core.h>

using namespace std::chrono_literals;

// [task]
const auto count_primes = weir::task(
    "count-primes",
    {.cache = weir::cache::inputs(),  // the arguments, the task's name and its version
     .cache_expiration = 24h,
     .version = "1"},  // another one where the body changes, so that old entries are not used
    [](int below) {
      int primes = 0;
      for (int n = 2; n < below; ++n) {
        bool prime = true;
        for (int d = 2; d * d <= n && prime; ++d) prime = n % d != 0;
        primes += prime;
      }
      return primes;
    },
    weir::arg("below"));
// [task]

const auto primes = weir::flow(
    "primes",
    [](const std::vector<int>& limits) {
      for (const int below : limits) fmt::print("{} primes below {}\n", count_primes(below), below);
    },
    weir::arg("limits"));

int main() {
  weir::runtime rt({.store = "caching.db"});
  rt.store().clear_cache();  // so that this program shows the same each time
  primes.on(rt)({1'000, 200'000, 1'000});
  primes.on(rt)({200'000, 300'000});

  // [explain]
  for (const auto& run : rt.store().task_runs({.task = "count-primes"}))
    fmt::print("{} {}: {}\n", run.parameters, run.state.name, rt.explain_cache(run.id).text);
  // [explain]
}
