// The ports' own parts, and how threads really wait.

#include "engine/waiting.hpp"

namespace weir::inline v0 {

clock::~clock() = default;
executor::~executor() = default;

void wait_node::notify() noexcept {
  std::lock_guard lock(mutex_);
  notified_ = true;
  changed_.notify_all();  // under the lock: the waiter may destroy the node as soon as it sees the flag
}

bool wait_node::notified() const noexcept {
  std::lock_guard lock(mutex_);
  return notified_;
}

bool wait_node::block(std::optional<steady_time> until, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const auto done = [this] { return notified_; };
  if (!until) {
    changed_.wait(lock, stop, done);
    return notified_;
  }
  while (!notified_ && !stop.stop_requested()) {
    const auto left = *until - std::chrono::steady_clock::now();
    if (left <= left.zero()) break;
    // On the system clock, in slices: a wait on the steady clock ends in pthread_cond_clockwait, which the thread
    // sanitizer of g++ 12 does not know. A clock that jumps makes one slice longer or shorter, not the wait.
    constexpr auto slice = std::chrono::seconds(1);
    changed_.wait_until(lock, stop, std::chrono::system_clock::now() + std::min<std::chrono::nanoseconds>(left, slice),
                        done);
  }
  return notified_;
}

namespace detail {

wait_status thread_executor::wait(wait_node& node, std::optional<steady_time> until, const std::stop_token& stop) {
  if (node.block(until, stop)) return wait_status::notified;
  return stop.stop_requested() ? wait_status::stopped : wait_status::timed_out;
}

}  // namespace detail
}  // namespace weir::inline v0
