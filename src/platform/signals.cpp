#include "platform/signals.hpp"

#include <ctime>
#include <initializer_list>

namespace weir::inline v0::platform {
namespace {

sigset_t broken_pipe() noexcept {
  sigset_t s;
  sigemptyset(&s);
  sigaddset(&s, SIGPIPE);
  return s;
}

bool is_pending() noexcept {
  sigset_t pending;
  return ::sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

}  // namespace

// The signal of a write goes to the thread that wrote: blocked there it stays pending, and is taken away again unless it
// had been pending before, which makes it somebody else's.
no_broken_pipe::no_broken_pipe() noexcept : was_pending_(is_pending()) {
  const auto pipe = broken_pipe();
  ::pthread_sigmask(SIG_BLOCK, &pipe, &before_);
}

no_broken_pipe::~no_broken_pipe() {
  if (!was_pending_ && is_pending()) {
    const auto pipe = broken_pipe();
    const timespec now{};
    ::sigtimedwait(&pipe, nullptr, &now);
  }
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

// But not those that a thread's own mistakes raise: blocked, they would end the process without a word.
no_signals::no_signals() noexcept {
  sigset_t all;
  sigfillset(&all);
  for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS}) sigdelset(&all, own);
  ::pthread_sigmask(SIG_SETMASK, &all, &before_);
}
no_signals::~no_signals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

}  // namespace weir::inline v0::platform
