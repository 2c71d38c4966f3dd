// What belongs to the process, not to one runtime: the stores that it writes, and what happens to them at a fork.

#pragma once

#include "engine/recording.hpp"

namespace weir::inline v0::detail {

/// The recording of this file, opened where no runtime of the process has it open. \throws store_error
std::shared_ptr<recording> recording_of(const std::string& canonical_path, std::size_t capacity);
/// A recording of its own, for a port that was given.
std::shared_ptr<recording> recording_of(std::shared_ptr<store_port> port, std::size_t capacity);

/// Something with locks of its own, which must be free in a forked child. They are taken before those of recordings.
class locked_over_forks {
 public:
  virtual void lock_for_fork() = 0;
  virtual void unlock_after_fork() = 0;

 protected:
  ~locked_over_forks() = default;
};
/// Threads: safe from any thread.
void watch_forks(locked_over_forks*);
void forget_forks(locked_over_forks*) noexcept;

}  // namespace weir::inline v0::detail
