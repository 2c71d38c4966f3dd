// Ids: where the numbers of a run come from, and how a task run's id follows from its flow run's.

#pragma once

#include <weir/state.hpp>

#include <mutex>
#include <utility>

namespace weir::inline v0::core {

/// Version 7 (RFC 9562): 48 bits of milliseconds, then 74 bits from `random`.
uuid make_flow_run_id(timestamp now, std::uint64_t random_high, std::uint64_t random_low) noexcept;

/// Version 8: the flow run's leading 90 free bits, then `n`. No table and no index pays for a task run's id.
uuid task_run_id(const uuid& flow_run, std::uint32_t n) noexcept;
/// What `task_run_id` put in.
std::uint32_t number_of(const uuid& task_run) noexcept;
bool is_task_run_id(const uuid&) noexcept;
/// The flow run of a task run lies between these two ids (both included); with 42 random bits behind a millisecond in
/// common there is one.
std::pair<uuid, uuid> flow_run_bounds(const uuid& task_run) noexcept;

/// Random numbers from one seed. Threads: safe from any thread.
class random_source {
 public:
  explicit random_source(std::uint64_t seed) noexcept : state_(seed) {}
  std::uint64_t next() noexcept;
  /// In [0, 1).
  double next_unit() noexcept { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

  /// Goes another way from here, whatever the seed was.
  void branch(std::uint64_t by) noexcept;

  // Around a fork.
  void lock() { mutex_.lock(); }
  void unlock() { mutex_.unlock(); }

 private:
  std::mutex mutex_;  // guards state_
  std::uint64_t state_;
};

}  // namespace weir::inline v0::core
