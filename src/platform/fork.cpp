#include "platform/fork.hpp"

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <vector>

namespace weir::inline v0::platform {
namespace {

struct forks {
  // No std::shared_mutex: the child could not unlock what its parent locked for writing, because glibc compares thread ids.
  std::mutex gate;  // held over a fork
  std::atomic<int> inside{0};
  std::mutex mutex;  // guards open, and is held over a fork
  std::vector<int> open;
  std::atomic<std::uint64_t> generation{0};
};

forks& the_forks() {
  static forks& only = *[] {
    pthread_atfork(
        [] {
          auto& f = the_forks();
          f.gate.lock();
          while (f.inside.load(std::memory_order_acquire) != 0) ::usleep(100);
          f.mutex.lock();
        },
        [] {
          the_forks().mutex.unlock();
          the_forks().gate.unlock();
        },
        [] {
          auto& f = the_forks();
          ++f.generation;
          for (const int fd : f.open) ::close(fd);
          f.open.clear();
          f.mutex.unlock();
          f.gate.unlock();
        });
    return new forks;
  }();
  return only;
}

}  // namespace

void close_in_children(int fd) {
  auto& f = the_forks();
  std::lock_guard lock(f.mutex);
  f.open.push_back(fd);
}

void forget_in_children(int fd) noexcept {
  auto& f = the_forks();
  std::lock_guard lock(f.mutex);
  std::erase(f.open, fd);
}

std::uint64_t generation() noexcept { return the_forks().generation.load(std::memory_order_acquire); }

no_fork::no_fork() noexcept {
  auto& f = the_forks();
  std::lock_guard lock(f.gate);
  f.inside.fetch_add(1, std::memory_order_relaxed);
}
no_fork::~no_fork() { the_forks().inside.fetch_sub(1, std::memory_order_release); }

void prepare_for_forks() { the_forks(); }

}  // namespace weir::inline v0::platform
