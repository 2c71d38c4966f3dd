#include "engine/progress.hpp"

#include <weir/artifact.hpp>

#include "engine/failure.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace weir::inline v0 {
namespace detail {
namespace {

// Chosen: ten times a second is more than anybody sees, and costs the record what ten log lines cost.
constexpr auto shortest_interval = std::chrono::milliseconds(100);

constexpr int whole = 100 * 100;  // hundredths of a percent

// Rounded down: what is not complete never looks so.
int hundredths(std::int64_t value, std::int64_t total) noexcept {
  if (value >= total) return whole;
  if (value <= 0) return 0;
  if (total > INT64_MAX / whole) value /= whole, total /= whole;
  return static_cast<int>(std::min<std::int64_t>(value * whole / total, whole - 1));
}

std::int64_t nanoseconds(steady_time t) noexcept { return t.time_since_epoch().count(); }

}  // namespace

progress_state::progress_state(std::int64_t total, std::string_view key, std::string_view description,
                               run_context& maker)
    : total_(total), clock_(maker.engine->shared_clock()), engine_(maker.engine->weak_from_this()),
      records_(maker.flow->records), key_(key), description_(cut(description, longest_message)),
      fact_(new_artifact(maker, "progress")) {
  due_ = nanoseconds(clock_->steady_now() + shortest_interval);
  settle(*maker.engine, *maker.flow->records);
}

progress_state::~progress_state() {
  try {
    settle_if_recording();
  } catch (...) {
    // Where it stood last is not recorded; the handle is gone, so there is nobody to tell.
  }
}

void progress_state::add(std::int64_t n) {
  auto before = value_.load(std::memory_order_relaxed);
  std::int64_t after;
  do {
    if (__builtin_add_overflow(before, n, &after)) after = n > 0 ? INT64_MAX : INT64_MIN;
  } while (!value_.compare_exchange_weak(before, after, std::memory_order_relaxed));
  moved(after);
}

void progress_state::moved(std::int64_t value) {
  if (!clock_) return;
  if (value >= total_) {
    if (!complete_.load(std::memory_order_relaxed)) settle_if_recording();
    return;
  }
  const auto now = clock_->steady_now();
  auto due = due_.load(std::memory_order_relaxed);
  if (nanoseconds(now) < due) return;
  // Of many threads one records.
  if (due_.compare_exchange_strong(due, nanoseconds(now + shortest_interval), std::memory_order_relaxed))
    settle_if_recording();
}

void progress_state::settle_if_recording() {
  const auto e = engine_.lock();
  const auto records = records_.lock();
  // In a forked child another thread of the parent's may have held the lock.
  if (e && records && !records->inherited()) settle(*e, *records);
}

void progress_state::settle(engine& e, recording& records) {
  const auto now = clock_->now().micros();
  artifact_fact f;
  std::string content = "j";
  {
    std::lock_guard lock(mutex_);
    const int at = hundredths(value(), total_);
    if (at == recorded_) return;
    // The store takes what is later, in whichever order two threads hand it over.
    if (recorded_ >= 0) fact_.updated = std::max(now, fact_.updated + 1);
    recorded_ = at;
    complete_.store(at == whole, std::memory_order_relaxed);
    content += fmt::format("{:g}", at / 100.0);
    fact_.bytes = content.size() - 1;
    f = fact_;
  }
  auto& facts = this_thread_scratch().facts;
  facts.clear();
  put_fact(facts, f, key_, description_, std::string_view(), content);
  records.append(facts, e.executor());
}

void settle_progress(run_context& c) noexcept {
  try {
    if (c.flow && c.flow->records->inherited()) return;
    std::vector<std::weak_ptr<progress_state>> made;
    {
      std::lock_guard lock(c.shared->mutex);
      made.swap(c.shared->progresses);
    }
    for (const auto& one : made)
      if (const auto p = one.lock()) p->settle(*c.engine, *c.flow->records);
  } catch (...) {
    // No memory for a percentage: the run itself is what matters now.
  }
}

}  // namespace detail

progress create_progress(std::string_view key, detail::count total, std::string_view description) {
  using detail::progress_state;
  detail::check_artifact_key("create_progress", key);
  if (total.value < 0)
    throw usage_error(fmt::format("create_progress: the total is {}; give how many there are, 0 or more", total.value));
  auto* maker = detail::maker_of_artifact();
  if (!maker) return progress(std::make_shared<progress_state>(total.value));
  auto state = std::make_shared<progress_state>(total.value, key, description, *maker);
  auto& parts = maker->parts();
  std::lock_guard lock(parts.mutex);
  auto& list = parts.progresses;
  if (list.size() == list.capacity()) std::erase_if(list, [](const auto& p) { return p.expired(); });
  list.push_back(state);
  return progress(std::move(state));
}

const progress& progress::operator+=(detail::count n) const {
  state_->add(n.value);
  return *this;
}
void progress::set(detail::count n) const { state_->set(n.value); }
std::int64_t progress::value() const noexcept { return state_->value(); }
std::int64_t progress::total() const noexcept { return state_->total(); }
uuid progress::id() const noexcept { return state_->id(); }

}  // namespace weir::inline v0
