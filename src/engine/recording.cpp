#include "engine/recording.hpp"

#include "platform/thread.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace weir::inline v0::detail {
namespace {

// While facts come, the writer looks this often; other processes lag by as much. Chosen: a hundred commits a second cost
// well under 1 % of a core, and batches of a flat-out flow are then cut by fill level, not by time.
constexpr auto busy_interval = std::chrono::milliseconds(5);
// After some empty looks it looks less often, and nobody has to wake it: waking a thread costs the caller 5 to 12
// microseconds, ten looks a second cost a ten-thousandth of a core.
constexpr auto idle_interval = std::chrono::milliseconds(100);
constexpr int looks_before_idle = 20;
// After a minute of nothing it sleeps until the next fact wakes it.
constexpr int looks_before_sleep = looks_before_idle + 600;

}  // namespace

recording::recording(std::shared_ptr<store_port> port, std::size_t capacity)
    : port_(std::move(port)), capacity_(std::max<std::size_t>(capacity, 64 * 1024)), wake_level_(capacity_ / 4) {
  buffer_.reserve(capacity_);
  batch_.reserve(capacity_);
  writer_ = platform::start_thread("weir-writer", [this] { write_in_background(); });
}

recording::~recording() {
  stop_thread();
  std::lock_guard leading(handing_over_);
  hand_over(durability::relaxed);
}

void recording::stop_thread() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_one();
  if (writer_.joinable()) writer_.join();
}

std::uint64_t recording::append(std::span<const std::byte> facts, executor& waits) {
  std::unique_lock lock(mutex_);
  if (inherited()) return 0;
  // A fact larger than the whole buffer goes in alone.
  while (buffer_.size() + facts.size() > capacity_ && !buffer_.empty()) {
    if (stopping_) {
      lock.unlock();
      {
        std::lock_guard leading(handing_over_);
        hand_over(durability::relaxed);
      }
      lock.lock();
      continue;
    }
    wait_node room;
    waiting_.push_back(&room);
    lock.unlock();
    work_.notify_one();
    waits.wait(room, std::nullopt, {});
    lock.lock();
  }
  const auto before = buffer_.size();
  buffer_.insert(buffer_.end(), facts.begin(), facts.end());
  const auto end = appended_ += facts.size();
  const bool wake = writer_sleeps_ || (before < wake_level_ && buffer_.size() >= wake_level_);
  writer_sleeps_ = false;
  lock.unlock();
  if (wake) work_.notify_one();
  return end;
}

void recording::flush(durability how, executor& waits) {
  std::uint64_t target;
  {
    std::lock_guard lock(mutex_);
    target = appended_;
  }
  const auto done = [&] { return committed() >= target && (how != durability::power || synced_ >= target); };
  while (!inherited()) {
    if (how != durability::power && committed() >= target) return;
    if (stopping_) {
      std::lock_guard leading(handing_over_);
      if (done()) return;
      hand_over(how);
      continue;
    }
    // The first to arrive commits for all that arrived by then; a hand-over to the writer thread would cost more.
    if (std::unique_lock leading(handing_over_, std::try_to_lock); leading) {
      if (done()) return;
      hand_over(how);
      continue;
    }
    wait_node handed_over;
    {
      std::lock_guard lock(mutex_);
      waiting_.push_back(&handed_over);
    }
    // Whoever held it may have passed the list already: then the writer thread sees it.
    work_.notify_one();
    waits.wait(handed_over, std::nullopt, {});
  }
}

bool recording::hand_over(durability how) {
  std::uint64_t upto;
  {
    std::lock_guard lock(mutex_);
    batch_.clear();
    batch_.swap(buffer_);
    upto = appended_;
  }
  const bool had_work = !batch_.empty();
  if (had_work || (how == durability::power && synced_ < upto)) {
    if (!owed_.empty()) batch_.insert(batch_.begin(), owed_.begin(), owed_.end());
    try {
      port_->apply(batch_, how);
      owed_.clear();
    } catch (...) {
      // The facts are lost to the record; the runs that they belong to go on and say so when they end.
      give_up_batch();
      lose(std::current_exception());
    }
  }
  if (batch_.capacity() > 2 * capacity_) {  // a huge fact went through
    batch_ = {};
    batch_.reserve(capacity_);
  }
  committed_.store(upto, std::memory_order_release);
  if (how == durability::power) synced_ = upto;
  std::vector<wait_node*> waiting;
  {
    std::lock_guard lock(mutex_);
    waiting.swap(waiting_);
  }
  for (auto* node : waiting) node->notify();
  return had_work;
}

void recording::lose(std::exception_ptr why) {
  std::lock_guard lock(failure_mutex_);
  last_failure_ = std::move(why);
  failures_.fetch_add(1, std::memory_order_release);
}

// What the store knows as going on must not stay so for ever: the news of such runs is kept for the next batch, and that is
// at most one fact for each run in progress. What the batch began itself was never there.
void recording::give_up_batch() {
  std::set<std::pair<std::uint64_t, std::uint32_t>> begun;
  std::map<std::pair<std::uint64_t, std::uint32_t>, const update_fact*> newest;
  for_each_fact(batch_, [&](const auto& f) {
    using type = std::remove_cvref_t<decltype(f)>;
    if constexpr (std::is_same_v<type, update_fact>) newest[{f.run, f.n}] = &f;
    else if constexpr (std::is_base_of_v<run_fact, type>) begun.emplace(f.run, f.n);
  });
  std::vector<std::byte> keep;
  for (const auto& [run, f] : newest) {
    const auto* bytes = reinterpret_cast<const std::byte*>(f);
    if (!begun.contains(run)) keep.insert(keep.end(), bytes, bytes + f->size);
  }
  owed_ = std::move(keep);
}

void recording::write_in_background() {
  int idle_looks = 0;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      const auto needed = [this] { return stopping_ || !waiting_.empty() || buffer_.size() >= wake_level_; };
      if (idle_looks >= looks_before_sleep && buffer_.empty()) {
        writer_sleeps_ = true;
        work_.wait(lock, [&] { return needed() || !writer_sleeps_; });
        writer_sleeps_ = false;
        idle_looks = 0;
      }
      // On the system clock for the sake of the thread sanitizer: see waiting.cpp.
      work_.wait_until(
          lock, std::chrono::system_clock::now() + (idle_looks < looks_before_idle ? busy_interval : idle_interval),
          needed);
      if (stopping_ && buffer_.empty()) return;
    }
    std::lock_guard leading(handing_over_);
    if (hand_over(durability::relaxed)) {
      idle_looks = 0;
    } else if (++idle_looks == looks_before_idle) {
      port_->idle();
    }
  }
}

std::exception_ptr recording::last_failure() const {
  std::lock_guard lock(failure_mutex_);
  return last_failure_;
}

std::size_t recording::clear_cache(const cache_filter& which, timestamp now) {
  std::lock_guard writing(handing_over_);
  hand_over(durability::process);
  return port_->clear_cache(which, now);
}

std::uint64_t recording::open_session(timestamp now) {
  std::lock_guard writing(handing_over_);
  return port_->open_session(now);
}

std::vector<crashed_run> recording::take_crashed() {
  std::lock_guard writing(handing_over_);
  return port_->take_crashed();
}

void recording::close_session(std::uint64_t session, timestamp now) noexcept {
  if (inherited()) return;
  std::lock_guard writing(handing_over_);
  try {
    if (!owed_.empty()) port_->apply(owed_, durability::relaxed);
    owed_.clear();
    port_->close_session(session, now);
  } catch (...) {
    // The session stays open in the record; the next process to open the store finds its lock free and closes it.
  }
}

void recording::before_fork() {
  handing_over_.lock();
  mutex_.lock();
}
void recording::after_fork_in_parent() {
  mutex_.unlock();
  handing_over_.unlock();
}
void recording::after_fork_in_child() {
  inherited_.store(true);
  mutex_.unlock();
  handing_over_.unlock();
}

}  // namespace weir::inline v0::detail
