// A progress artifact while it moves.

#pragma once

#include "engine/artifacts.hpp"

namespace weir::inline v0::detail {

/// Threads: safe from any thread. Keeps neither its run nor the runtime alive.
class progress_state {
 public:
  /// Of nothing that is recorded.
  explicit progress_state(std::int64_t total) noexcept : total_(total) {}
  /// Records that it begins.
  progress_state(std::int64_t total, std::string_view key, std::string_view description, run_context& maker);
  ~progress_state();
  progress_state(const progress_state&) = delete;
  progress_state& operator=(const progress_state&) = delete;

  void set(std::int64_t value) {
    value_.store(value, std::memory_order_relaxed);
    moved(value);
  }
  /// Stays at the largest and the smallest number.
  void add(std::int64_t n);
  std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }
  std::int64_t total() const noexcept { return total_; }
  const uuid& id() const noexcept { return fact_.id; }

  /// Records where it is now, unless that is recorded.
  void settle(engine&, recording&);

 private:
  void moved(std::int64_t value);
  void settle_if_recording();

  const std::int64_t total_;
  std::atomic<std::int64_t> value_{0};
  std::atomic<bool> complete_{false};  // as recorded
  std::atomic<std::int64_t> due_{0};   // nanoseconds of the clock: when the next update may be recorded

  std::shared_ptr<weir::clock> clock_;  // null: nothing is recorded
  std::weak_ptr<engine> engine_;
  std::weak_ptr<recording> records_;
  std::string key_, description_;

  std::mutex mutex_;    // guards the rest, but for the id
  artifact_fact fact_;  // as recorded
  int recorded_ = -1;   // hundredths of a percent
};

/// Records where the progresses are that were made in this run: its attempt ends.
void settle_progress(run_context&) noexcept;

}  // namespace weir::inline v0::detail
