// Quoted by docs/guide/testing.md.

#include "support/catch2.hpp"
#include "support/files.hpp"

// [include]
#include <weir/testing/testing.hpp>
#include <weir/weir.hpp>
// [include]

#include <stdexcept>

using namespace std::chrono_literals;

// [code]
struct upstream {
  virtual ~upstream() = default;
  virtual double quote(const std::string& symbol) = 0;
};

auto make_import(upstream& up) {
  const auto quote = weir::task(
      "quote", {.retries = 3, .retry_delay = {1h, 6h}}, [&up](const std::string& symbol) { return up.quote(symbol); },
      weir::arg("symbol"));
  return weir::flow(
      "import",
      [quote](const std::vector<std::string>& symbols) {
        double sum = 0;
        for (const auto& symbol : symbols) sum += quote(symbol);
        return sum;
      },
      weir::arg("symbols"));
}
// [code]

struct fails_first : upstream {
  explicit fails_first(int n) : fail(n) {}
  double quote(const std::string&) override {
    if (++asked <= fail) throw std::runtime_error("503");
    return 42;
  }
  int fail, asked = 0;
};

// [world]
struct world {
  std::shared_ptr<weir::testing::manual_clock> clock = std::make_shared<weir::testing::manual_clock>();
  std::shared_ptr<weir::testing::jumping_executor> executor = std::make_shared<weir::testing::jumping_executor>(clock);
  weir::runtime runtime{
      {.console = false, .seed = 1, .clock = clock, .executor = executor, .store_port = weir::testing::memory_store()}};
};
// [world]

// [hours]
TEST_CASE("an import that fails twice succeeds after seven hours") {
  world w;
  fails_first up(2);
  const auto run = make_import(up).on(w.runtime).run({"ACME"});

  CHECK(run.result() == 42);
  CHECK(w.clock->elapsed() == 7h);  // in no time
  CHECK(w.executor->waits() == std::vector<weir::duration>{1h, 6h});
  const auto quote = w.runtime.store().task_runs({.task = "quote"}).at(0);
  CHECK(weir::testing::history(w.runtime.store(), quote.id) ==
        "Pending, Running, AwaitingRetry, Retrying, AwaitingRetry, Retrying, Completed");
}
// [hours]

// [fail-write]
TEST_CASE("the import runs to its end when the record cannot be written, and says so") {
  const auto store = weir::testing::memory_store({.fail_write = 2});
  weir::runtime rt({.console = false, .store_port = store});
  fails_first up(0);
  CHECK_THROWS_AS(make_import(up).on(rt)({"ACME"}), weir::store_error);
  CHECK(up.asked == 1);
}
// [fail-write]

// [plain]
TEST_CASE("a body can be tested without any run") {
  const auto add = weir::task("add", [](int a, int b) { return a + b; });
  CHECK(add.fn(1, 2) == 3);
}
// [plain]
