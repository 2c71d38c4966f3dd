#include "engine/process.hpp"

#include "core/names.hpp"
#include "core/tag_set.hpp"
#include "platform/fork.hpp"

#include <pthread.h>

#include <algorithm>
#include <map>

namespace weir::inline v0::detail {
namespace {

struct process {
  std::mutex watching;  // guards watched, and is held over a fork
  std::vector<locked_over_forks*> watched;
  std::mutex mutex;  // guards the rest, and is held over a fork
  std::map<std::string, std::weak_ptr<recording>> by_path;
  std::vector<recording*> recordings;
};

void before_fork();
void after_fork_in_parent();
void after_fork_in_child();

// Never destroyed: static runtimes may be, after it would have been.
process& the_process() {
  static process& p = *[] {
    platform::prepare_for_forks();
    pthread_atfork(&before_fork, &after_fork_in_parent, &after_fork_in_child);
    return new process;
  }();
  return p;
}

// Every lock that a thread may hold while it records, in the order in which threads take them. What is left is waited for
// in platform/fork.cpp, whose handler comes last: threads inside SQLite.
void before_fork() {
  auto& p = the_process();
  p.watching.lock();
  for (auto* w : p.watched) w->lock_for_fork();
  p.mutex.lock();
  for (auto* r : p.recordings) r->before_fork();
  core::lock_tag_sets();
  core::lock_names();
}
void unlock_the_rest(process& p) {
  p.mutex.unlock();
  for (auto* w : p.watched) w->unlock_after_fork();
  p.watching.unlock();
}
void after_fork_in_parent() {
  auto& p = the_process();
  core::unlock_names();
  core::unlock_tag_sets();
  for (auto* r : p.recordings) r->after_fork_in_parent();
  unlock_the_rest(p);
}
void after_fork_in_child() {
  auto& p = the_process();
  core::unlock_names();
  core::unlock_tag_sets();
  for (auto* r : p.recordings) r->after_fork_in_child();
  p.recordings.clear();
  p.by_path.clear();
  unlock_the_rest(p);
}

std::shared_ptr<recording> make(std::shared_ptr<store_port> port, std::size_t capacity) {
  auto& p = the_process();
  std::shared_ptr<recording> made(new recording(std::move(port), capacity), [](recording* r) {
    // In a forked child its thread does not exist and its file belongs to the parent: it is left alone.
    if (r->inherited()) return;
    auto& owner = the_process();
    {
      std::lock_guard lock(owner.mutex);
      std::erase(owner.recordings, r);
    }
    delete r;
  });
  p.recordings.push_back(made.get());
  return made;
}

}  // namespace

std::shared_ptr<recording> recording_of(const std::string& canonical_path, std::size_t capacity) {
  auto& p = the_process();
  std::lock_guard lock(p.mutex);
  auto& known = p.by_path[canonical_path];
  if (auto open = known.lock()) return open;
  auto made = make(open_store(canonical_path, open_mode::read_write), capacity);
  known = made;
  return made;
}

std::shared_ptr<recording> recording_of(std::shared_ptr<store_port> port, std::size_t capacity) {
  auto& p = the_process();
  std::lock_guard lock(p.mutex);
  return make(std::move(port), capacity);
}

void watch_forks(locked_over_forks* w) {
  auto& p = the_process();
  std::lock_guard lock(p.watching);
  p.watched.push_back(w);
}
void forget_forks(locked_over_forks* w) noexcept {
  auto& p = the_process();
  std::lock_guard lock(p.watching);
  std::erase(p.watched, w);
}

}  // namespace weir::inline v0::detail
