// The port through which the engine waits. Nothing in the library blocks in any other way: a retry delay, a full queue
// and a flush all come here, so that a program can run in virtual time and, later, a waiting run can give up its thread.

#pragma once

#include <weir/clock.hpp>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>

namespace weir::inline v0 {

/// Something that happens once. Whoever makes it happen calls `notify`; an executor waits for it.
/// Threads: safe from any thread. Must outlive the call to `notify`.
class WEIR_EXPORT wait_node {
 public:
  wait_node() = default;
  wait_node(const wait_node&) = delete;
  wait_node& operator=(const wait_node&) = delete;

  void notify() noexcept;
  bool notified() const noexcept;
  /// Blocks the thread: for executors only. Times are of std::chrono::steady_clock.
  /// \return whether it was notified
  bool block(std::optional<steady_time> until, const std::stop_token& stop);

 private:
  mutable std::mutex mutex_;  // guards notified_
  std::condition_variable_any changed_;
  bool notified_ = false;
};

enum class wait_status : std::uint8_t { notified, timed_out, stopped };

/// Threads: an implementation must be safe from any thread.
class WEIR_EXPORT executor {
 public:
  executor() = default;
  executor(const executor&) = delete;
  executor& operator=(const executor&) = delete;
  virtual ~executor();

  /// Waits until `node` is notified, the runtime's clock reaches `until`, or `stop` is requested, whichever is first.
  /// Without `until` the thread that will notify is running, and the wait is short.
  virtual wait_status wait(wait_node& node, std::optional<steady_time> until, const std::stop_token& stop) = 0;
};

}  // namespace weir::inline v0
