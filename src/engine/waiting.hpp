// The system's clock, and an executor whose waits block their thread: what a runtime uses unless told otherwise.

#pragma once

#include <weir/executor.hpp>

namespace weir::inline v0::detail {

class system_clock final : public weir::clock {
 public:
  timestamp now() const noexcept override { return std::chrono::system_clock::now(); }
  steady_time steady_now() const noexcept override { return std::chrono::steady_clock::now(); }
};

class thread_executor final : public weir::executor {
 public:
  wait_status wait(wait_node& node, std::optional<steady_time> until, const std::stop_token& stop) override;
};

}  // namespace weir::inline v0::detail
