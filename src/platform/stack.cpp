#include "platform/stack.hpp"

#include <pthread.h>

#include <algorithm>
#include <cstdint>

namespace weir::inline v0::platform {
namespace {

// Stacks grow downwards. Asked for once a thread: for the first one the system reads a file.
struct bounds {
  bool known = false;
  std::uintptr_t lowest = 0, reserve = 0;
};
[[gnu::tls_model("initial-exec")]] thread_local bounds of_thread;

[[gnu::noinline]] void ask() noexcept {
  of_thread.known = true;
  pthread_attr_t attributes;
  if (::pthread_getattr_np(::pthread_self(), &attributes) != 0) return;
  void* lowest = nullptr;
  std::size_t size = 0;
  if (::pthread_attr_getstack(&attributes, &lowest, &size) == 0) {
    of_thread.lowest = reinterpret_cast<std::uintptr_t>(lowest);
    of_thread.reserve = std::min<std::size_t>(128 * 1024, size / 4);
  }
  ::pthread_attr_destroy(&attributes);
}

}  // namespace

bool stack_is_nearly_used() noexcept {
  if (!of_thread.known) ask();
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  return here - of_thread.lowest < of_thread.reserve;
}

}  // namespace weir::inline v0::platform
