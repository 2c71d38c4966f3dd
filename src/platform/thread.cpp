#include "platform/thread.hpp"

#include "platform/signals.hpp"

#include <pthread.h>

namespace weir::inline v0::platform {

std::thread start_thread(const char* name, std::function<void()> body) {
  const no_signals in_the_thread;
  std::thread thread(std::move(body));
  ::pthread_setname_np(thread.native_handle(), name);
  return thread;
}

}  // namespace weir::inline v0::platform
