// The shipped doubles, and a clock and a value codec of the program's own.

#include "orders.hpp"

#include <fmt/core.h>
#include <weir/testing/testing.hpp>
#include <weir/weir.hpp>

#include <stdexcept>

using namespace std::chrono_literals;

namespace {

struct money {
  int cents = 0;
};

/// Leap day, for ever.
class stopped_clock final : public weir::clock {
 public:
  weir::timestamp now() const noexcept override { return weir::timestamp(std::chrono::sys_days(2024y / 2 / 29)); }
  weir::steady_time steady_now() const noexcept override { return {}; }
};

}  // namespace

template <>
struct weir::codec<money> {
  static void write(weir::json_writer& w, const money& m) { w.string(fmt::format("{} cents", m.cents)); }
};

void shop::show_virtual_time() {
  const auto clock = std::make_shared<weir::testing::manual_clock>();
  const auto executor = std::make_shared<weir::testing::jumping_executor>(clock);
  weir::runtime rt(
      {.console = false, .clock = clock, .executor = executor, .store_port = weir::testing::memory_store()});
  const auto pay = weir::flow(
      "pay", {.retries = 2, .retry_delay = weir::exponential_backoff(1h, {.factor = 3})},
      [](money) {
        if (weir::this_run::attempt() < 3) throw std::runtime_error("the bank is closed");
      },
      weir::arg("amount"));
  const auto run = pay.on(rt).run({.cents = 250});
  fmt::print("{}, {}, {} h\n", weir::testing::history(rt.store(), run.id()),
             rt.store().get_flow_run(run.id()).parameters,
             std::chrono::floor<std::chrono::hours>(clock->elapsed()).count());

  weir::runtime stopped(
      {.console = false, .clock = std::make_shared<stopped_clock>(), .store_port = weir::testing::memory_store()});
  const auto leap = pay.with({.retries = 0}).on(stopped).run({});
  fmt::print("{} at {}\n", leap.state().name, *stopped.store().get_flow_run(leap.id()).created_at);
}
