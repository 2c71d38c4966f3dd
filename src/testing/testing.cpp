#include <weir/testing/testing.hpp>

#include "core/ids.hpp"
#include "store/memory_store.hpp"

namespace weir::inline v0::testing {
namespace {

constexpr auto start = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);

}  // namespace

timestamp manual_clock::now() const noexcept { return start + elapsed(); }
steady_time manual_clock::steady_now() const noexcept { return steady_time(elapsed()); }
void manual_clock::advance(duration by) noexcept { micros_.fetch_add(by.count()); }
duration manual_clock::elapsed() const noexcept { return std::chrono::microseconds(micros_.load()); }

void manual_clock::advance_to(steady_time when) noexcept {
  const auto target = std::chrono::ceil<std::chrono::microseconds>(when.time_since_epoch()).count();
  auto now = micros_.load();
  while (now < target && !micros_.compare_exchange_weak(now, target)) {
  }
}

wait_status jumping_executor::wait(wait_node& node, std::optional<steady_time> until, const std::stop_token& stop) {
  if (!until) return node.block(std::nullopt, stop) ? wait_status::notified : wait_status::stopped;
  if (node.notified()) return wait_status::notified;
  if (stop.stop_requested()) return wait_status::stopped;
  {
    std::lock_guard lock(mutex_);
    waits_.emplace_back(*until - clock_->steady_now());
  }
  clock_->advance_to(*until);
  return wait_status::timed_out;
}

std::vector<duration> jumping_executor::waits() const {
  std::lock_guard lock(mutex_);
  return waits_;
}

std::shared_ptr<store_port> memory_store(memory_store_options options) { return make_memory_store(options.fail_write); }

std::string history(const weir::store& store, const uuid& id) {
  const auto states = core::is_task_run_id(id) ? store.get_task_run(id).history : store.get_flow_run(id).history;
  std::string out;
  for (const auto& s : states) out += (out.empty() ? "" : ", ") + s.name;
  return out;
}

}  // namespace weir::inline v0::testing
