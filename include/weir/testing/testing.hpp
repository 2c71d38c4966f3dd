// Doubles for tests of code that uses weir: time that only moves when told, and a store in memory.
//
//   auto clock = std::make_shared<weir::testing::manual_clock>();
//   weir::runtime rt({.console = false, .seed = 1, .clock = clock,
//                     .executor = std::make_shared<weir::testing::jumping_executor>(clock),
//                     .store_port = weir::testing::memory_store()});
//   flaky.on(rt)();                       // an hour of retry delay passes at once
//   CHECK(clock->elapsed() == 1h);

#pragma once

#include <weir/executor.hpp>
#include <weir/store_port.hpp>

#include <atomic>

namespace weir::inline v0::testing {

/// A clock that stands still until somebody moves it. Starts at 2026-01-01T00:00:00Z.
/// Threads: safe from any thread.
class WEIR_EXPORT manual_clock final : public weir::clock {
 public:
  timestamp now() const noexcept override;
  steady_time steady_now() const noexcept override;

  void advance(duration by) noexcept;
  /// Moves on to `when`; does nothing where that is past.
  void advance_to(steady_time when) noexcept;
  duration elapsed() const noexcept;

 private:
  std::atomic<std::int64_t> micros_{0};
};

/// Waits for a time take no time: they move the clock there. Waits for another thread block.
/// Threads: safe from any thread; meant for one at a time, because each wait moves the clock for all.
class WEIR_EXPORT jumping_executor final : public weir::executor {
 public:
  explicit jumping_executor(std::shared_ptr<manual_clock> clock) : clock_(std::move(clock)) {}
  wait_status wait(wait_node& node, std::optional<steady_time> until, const std::stop_token& stop) override;

  /// The waits for a time so far, in order.
  std::vector<duration> waits() const;

 private:
  std::shared_ptr<manual_clock> clock_;
  mutable std::mutex mutex_;  // guards waits_
  std::vector<duration> waits_;
};

struct memory_store_options {
  /// Which write fails with a store_error, counted from 1; 0: none.
  int fail_write = 0;
};

/// A store that lives as long as the object. Passes the same contract as the store file.
WEIR_EXPORT std::shared_ptr<store_port> memory_store(memory_store_options = {});

/// The names of the states that a run of either kind went through: "Pending, Running, Completed".
WEIR_EXPORT std::string history(const weir::store&, const uuid&);

}  // namespace weir::inline v0::testing
