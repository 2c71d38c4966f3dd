// Signals around what a library does in somebody else's program.

#pragma once

#include <csignal>

namespace weir::inline v0::platform {

/// While it lives, writing to a pipe that nobody reads any more is an error on this thread, and does not end the process.
class no_broken_pipe {
 public:
  no_broken_pipe() noexcept;
  ~no_broken_pipe();
  no_broken_pipe(const no_broken_pipe&) = delete;
  no_broken_pipe& operator=(const no_broken_pipe&) = delete;

 private:
  sigset_t before_;
  bool was_pending_;
};

/// While it lives, this thread and the threads that it starts take no signals of the process: those are for the program's
/// own threads, which may be waiting for them, or have handlers that expect to be there.
class no_signals {
 public:
  no_signals() noexcept;
  ~no_signals();
  no_signals(const no_signals&) = delete;
  no_signals& operator=(const no_signals&) = delete;

 private:
  sigset_t before_;
};

}  // namespace weir::inline v0::platform
