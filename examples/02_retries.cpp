// A source that fails now and then: retries that grow, for the errors that are worth one.

#include <weir/weir.hpp>

#include <fmt/core.h>

#include <stdexcept>

using namespace std::chrono_literals;

struct unavailable : std::runtime_error {
  using runtime_error::runtime_error;
};

// Stands for something on the network: answers with every third request.
class flaky_source {
 public:
  std::string fetch(const std::string& key) {
    if (key.empty()) throw std::invalid_argument("an empty key");
    if (++requests_ % 3 != 0) throw unavailable("503 from the source");
    return "value of " + key;
  }

 private:
  int requests_ = 0;
};

int main() {
  flaky_source source;

  const auto fetch = weir::task(
      "fetch",
      {.retries = 4,
       .retry_delay = weir::exponential_backoff(10ms, {.factor = 2, .max = 1s}),
       .retry_jitter = 0.2,                        // spread, so that many clients do not come back at once
       .retry_if = weir::retry_on<unavailable>(),  // a wrong key does not get better by waiting
       .run_name = "fetch {key}"},
      [&source](const std::string& key) { return source.fetch(key); }, weir::arg("key"));

  const auto collect = weir::flow(
      "collect",
      [fetch](const std::vector<std::string>& keys) {
        std::vector<std::string> values;
        for (const auto& key : keys) values.push_back(fetch(key));
        return values;
      },
      weir::arg("keys"));

  const auto good = collect.run({"a", "b"});  // run() never throws for what the body did
  const auto bad = collect.run({"a", ""});

  for (const auto& value : good.result()) fmt::print("{}\n", value);
  fmt::print("{}: {}\n", bad.state().name, bad.failure().message);
}
