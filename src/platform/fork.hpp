// What must happen to descriptors when the process forks.

#pragma once

namespace weir::inline v0::platform {

/// Closes `fd` in children that are forked from now on: a lock that belongs to an open file would otherwise live on in
/// them after their parent has died. Threads: safe from any thread.
void close_in_children(int fd);
void forget_in_children(int fd) noexcept;

/// Registers with the system now. Handlers that are registered later lock before ours and unlock after: whoever opens
/// files under a lock that it holds over forks must call this first.
void prepare_for_forks();

}  // namespace weir::inline v0::platform
