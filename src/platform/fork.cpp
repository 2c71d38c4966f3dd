#include "platform/fork.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <vector>

namespace weir::inline v0::platform {
namespace {

struct descriptors {
  std::mutex mutex;  // guards open, and is held over a fork
  std::vector<int> open;
};

descriptors& the_descriptors() {
  static descriptors& d = *[] {
    pthread_atfork([] { the_descriptors().mutex.lock(); }, [] { the_descriptors().mutex.unlock(); },
                   [] {
                     for (const int fd : the_descriptors().open) ::close(fd);
                     the_descriptors().open.clear();
                     the_descriptors().mutex.unlock();
                   });
    return new descriptors;
  }();
  return d;
}

}  // namespace

void close_in_children(int fd) {
  auto& d = the_descriptors();
  std::lock_guard lock(d.mutex);
  d.open.push_back(fd);
}

void forget_in_children(int fd) noexcept {
  auto& d = the_descriptors();
  std::lock_guard lock(d.mutex);
  std::erase(d.open, fd);
}

void prepare_for_forks() { the_descriptors(); }

}  // namespace weir::inline v0::platform
