// What bind_context makes takes what its function takes: std::jthread asks whether that is a stop token.

#include <weir/weir.hpp>

#include <thread>

void threads() {
  std::jthread a(weir::bind_context([] {}));
  std::jthread b(weir::bind_context([](std::stop_token) {}));
  std::jthread c(weir::bind_context([](std::unique_ptr<int>) {}), std::make_unique<int>(3));
  static_assert(!std::is_invocable_v<decltype(weir::bind_context([] {})), std::stop_token>);
}
