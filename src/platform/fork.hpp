// What must happen to descriptors, locks and connections when the process forks.

#pragma once

#include <cstdint>

namespace weir::inline v0::platform {

/// Closes `fd` in children that are forked from now on: a lock that belongs to an open file would otherwise live on in
/// them after their parent has died. Threads: safe from any thread.
void close_in_children(int fd);
void forget_in_children(int fd) noexcept;

/// How many forks lie between the first process and this one: whoever remembers it knows what it has inherited.
std::uint64_t generation() noexcept;

/// Held by a thread while it is inside a library whose own locks a fork would leave locked in the child (SQLite): a fork
/// waits until nobody is. Taken after every lock that is held over forks. Not to be taken twice by a thread.
class no_fork {
 public:
  no_fork() noexcept;
  ~no_fork();
  no_fork(const no_fork&) = delete;
  no_fork& operator=(const no_fork&) = delete;
};

/// Registers with the system now. Handlers that are registered later lock before ours and unlock after: whoever opens
/// files under a lock that it holds over forks must call this first.
void prepare_for_forks();

}  // namespace weir::inline v0::platform
