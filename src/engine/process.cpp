#include "engine/process.hpp"

#include "platform/fork.hpp"
#include "store/sqlite_store.hpp"

#include <pthread.h>

#include <algorithm>
#include <map>

namespace weir::inline v0::detail {
namespace {

struct process {
  std::mutex mutex;  // guards the rest, and is held over a fork
  std::map<std::string, std::weak_ptr<recording>> by_path;
  std::vector<recording*> recordings;
  std::vector<logging::console*> consoles;
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

void before_fork() {
  auto& p = the_process();
  p.mutex.lock();
  for (auto* r : p.recordings) r->before_fork();
  for (auto* c : p.consoles) c->lock();
}
void after_fork_in_parent() {
  auto& p = the_process();
  for (auto* c : p.consoles) c->unlock();
  for (auto* r : p.recordings) r->after_fork_in_parent();
  p.mutex.unlock();
}
void after_fork_in_child() {
  auto& p = the_process();
  for (auto* c : p.consoles) c->unlock();
  for (auto* r : p.recordings) r->after_fork_in_child();
  p.recordings.clear();
  p.by_path.clear();
  p.mutex.unlock();
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
  auto made = make(open_sqlite_store(canonical_path, open_mode::read_write), capacity);
  known = made;
  return made;
}

std::shared_ptr<recording> recording_of(std::shared_ptr<store_port> port, std::size_t capacity) {
  auto& p = the_process();
  std::lock_guard lock(p.mutex);
  return make(std::move(port), capacity);
}

void watch_console(logging::console* c) {
  auto& p = the_process();
  std::lock_guard lock(p.mutex);
  p.consoles.push_back(c);
}
void forget_console(logging::console* c) noexcept {
  auto& p = the_process();
  std::lock_guard lock(p.mutex);
  std::erase(p.consoles, c);
}

}  // namespace weir::inline v0::detail
