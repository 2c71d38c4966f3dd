// The port through which the engine asks what time it is.

#pragma once

#include <weir/time.hpp>

namespace weir::inline v0 {

/// An instant on a clock that never jumps; only differences mean something.
using steady_time = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

/// Threads: an implementation must be safe from any thread.
class WEIR_EXPORT clock {
 public:
  clock() = default;
  clock(const clock&) = delete;
  clock& operator=(const clock&) = delete;
  virtual ~clock();

  /// For records. May jump.
  virtual timestamp now() const noexcept = 0;
  /// For deadlines. Never goes back.
  virtual steady_time steady_now() const noexcept = 0;
};

}  // namespace weir::inline v0
