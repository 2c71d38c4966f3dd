// What connections to a store file need to know about forks.
//
// SQLite keeps one list a process of the files that it has open and the locks that it holds on them. A forked child
// inherits the list and not the locks: a connection that it opened beside an inherited one would believe itself protected,
// and die of SIGBUS as soon as another process, which sees no lock, makes the shared memory of the log anew. So before a
// child opens or reads a store, it closes what it has inherited; that touches no file, because no transaction is open
// (a fork waits for those) and closing never checkpoints.

#pragma once

#include "platform/fork.hpp"

#include <atomic>
#include <mutex>

namespace weir::inline v0::store_detail {

/// Something that owns a connection. Made, used and destroyed under platform::no_fork.
class connection_owner {
 public:
  connection_owner();
  connection_owner(const connection_owner&) = delete;
  connection_owner& operator=(const connection_owner&) = delete;

  /// Closes all that this process has inherited.
  static void close_inherited();

 protected:
  ~connection_owner();
  bool inherited() const noexcept { return opened_in_.load(std::memory_order_acquire) != platform::generation(); }
  /// It has opened a connection of its own since.
  void opened_again() noexcept;

 private:
  /// Closes the inherited connection. Called at most once for each.
  virtual void let_go() noexcept = 0;

  std::atomic<std::uint64_t> opened_in_;
  bool has_let_go_ = false;
};

}  // namespace weir::inline v0::store_detail
