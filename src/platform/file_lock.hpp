// Locks on single bytes of a file, held by an open file: free as soon as the process that opened it is gone, however it
// goes, and respected by other opens of the same process, which plain POSIX locks are not.

#pragma once

#include <cstdint>
#include <string>

namespace weir::inline v0::platform {

/// Threads: one thread at a time, but for held_by_another, which is safe from any thread.
class lock_file {
 public:
  /// Makes the file where there is none. A forked child loses the locks: its copy of the descriptor is closed.
  /// \throws std::system_error  it cannot be opened
  explicit lock_file(const std::string& path);
  ~lock_file();
  lock_file(const lock_file&) = delete;
  lock_file& operator=(const lock_file&) = delete;

  /// Waits for its turn.
  void lock(std::uint64_t byte);
  bool try_lock(std::uint64_t byte);
  void unlock(std::uint64_t byte) noexcept;
  /// Whether somebody else holds it: another process, or another lock_file of this one.
  bool held_by_another(std::uint64_t byte) const;

 private:
  int fd_;
  std::uint64_t opened_in_;
};

}  // namespace weir::inline v0::platform
