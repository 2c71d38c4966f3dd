// The runtime as users hold it, the process default, and what a call made somewhere uses.

#include <weir/runtime.hpp>

#include "engine/engine.hpp"
#include "engine/reading.hpp"

#include <cstdlib>

namespace weir::inline v0 {
namespace {

// In the spellings that people use in an environment: whoever writes OFF wants no file of that name.
bool is_off(const std::string& store) { return store == "off" || store == "OFF" || store == "Off"; }

std::string store_from_environment() {
  if (const char* store = std::getenv("WEIR_STORE"); store && *store) return store;
  if (const char* home = std::getenv("WEIR_HOME"); home && *home) return std::string(home) + "/weir.db";
  return "weir.db";
}

// The default is a convenience on top of ordinary runtimes. It is never destroyed, because threads that are still running
// at exit may be about to use it; what it has to record is recorded then.
struct default_slot {
  std::mutex mutex;  // guards making and closing
  std::atomic<runtime*> made{nullptr};
  runtime* ended = nullptr;
  bool closed = false;
};
default_slot& the_default() {
  static default_slot& slot = *new default_slot;
  return slot;
}

void close_default() {
  auto& slot = the_default();
  std::lock_guard lock(slot.mutex);
  slot.closed = true;
  // A task that is called later still (in a destructor of something static) leaves no trace.
  slot.ended = slot.made.exchange(&runtime::null());
  if (auto* e = slot.ended ? detail::engine::of(*slot.ended) : nullptr) e->finish_process();
}

runtime& make_default() {
  auto& slot = the_default();
  std::lock_guard lock(slot.mutex);
  if (auto* rt = slot.made.load(std::memory_order_acquire)) return *rt;
  const auto store = store_from_environment();
  runtime* rt = slot.closed || is_off(store) ? &runtime::null() : new runtime({.store = store});
  if (rt != &runtime::null()) std::atexit(&close_default);
  slot.made.store(rt, std::memory_order_release);
  return *rt;
}

}  // namespace

runtime::runtime(null_tag) noexcept {}

runtime::runtime(const runtime_options& o) {
  auto options = o;
  if (!options.store_port && options.store.empty()) options.store = store_from_environment();
  if (!options.store_port && is_off(options.store)) return;
  engine_ = std::make_shared<detail::engine>(options);
  engine_->set_owner(this);
  store_ = std::make_unique<weir::store>(detail::read_after_flush(engine_));
}

runtime::~runtime() {
  if (!engine_) return;
  engine_->finish();
  engine_->set_owner(nullptr);
}

runtime& runtime::null() noexcept {
  static runtime& none = *new runtime(null_tag(0));
  return none;
}

runtime& runtime::current() {
  auto& thread = detail::this_thread();
  if (thread.current) return thread.current->engine ? thread.current->engine->owner() : null();
  if (thread.scope) return *thread.scope;
  if (auto* rt = the_default().made.load(std::memory_order_acquire)) return *rt;
  return make_default();
}

runtime& runtime::current_or_null() noexcept {
  auto& thread = detail::this_thread();
  if (thread.current) return thread.current->engine ? thread.current->engine->owner() : null();
  if (thread.scope) return *thread.scope;
  auto* rt = the_default().made.load(std::memory_order_acquire);
  return rt ? *rt : null();
}

weir::store& runtime::store() {
  if (!store_)
    throw usage_error(
        "runtime::store: this runtime records nothing (the null runtime, or the store is \"off\"), so there is nothing to read");
  return *store_;
}

cache_explanation runtime::explain_cache(const uuid& task_run) { return store().explain_cache(task_run); }

runtime_scope::runtime_scope(runtime& rt) noexcept : previous_(std::exchange(detail::this_thread().scope, &rt)) {}
runtime_scope::~runtime_scope() { detail::this_thread().scope = previous_; }

runtime& detail::engine::owner() const noexcept {
  auto* rt = owner_.load(std::memory_order_acquire);
  return rt ? *rt : runtime::null();
}

detail::engine* detail::engine::current() {
  auto& thread = this_thread();
  if (thread.current) return thread.current->engine;
  if (thread.scope) return thread.scope->engine_.get();
  if (auto* rt = the_default().made.load(std::memory_order_acquire)) return rt->engine_.get();
  return make_default().engine_.get();
}

}  // namespace weir::inline v0
