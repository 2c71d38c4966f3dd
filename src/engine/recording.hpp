// From facts to a store: a buffer that callers append to, and one thread that hands it over in batches.
//
// A caller pays a short lock and a copy; nobody is woken for a fact while the writer is busy. Whoever must know that
// something is committed calls flush: the first to arrive commits for all.

#pragma once

#include "engine/cache_index.hpp"

#include <weir/executor.hpp>
#include <weir/store_port.hpp>

#include <atomic>
#include <condition_variable>
#include <thread>

namespace weir::inline v0::detail {

/// One store being written by this process. Shared by its runtimes.
/// Threads: safe from any thread.
class recording {
 public:
  recording(std::shared_ptr<store_port> port, std::size_t capacity);
  recording(const recording&) = delete;
  recording& operator=(const recording&) = delete;
  /// Hands over what is left. Never throws: what cannot be written is reported by flush, or was not asked about.
  ~recording();

  /// Appends facts, aligned and complete. Waits where the buffer is full. \return where they end: see committed()
  std::uint64_t append(std::span<const std::byte> facts, executor& waits);
  /// Waits until everything appended before is as durable as asked (relaxed: handed over and committed).
  /// Failures are counted, see failures(); they do not throw here, because the facts may be anybody's.
  void flush(durability, executor& waits);

  /// Everything that ends at or before this place is in the store, or lost: see failures().
  std::uint64_t committed() const noexcept { return committed_.load(std::memory_order_acquire); }

  /// Ends the writing thread, at the end of the process: from now on whoever waits, or finds the buffer full, writes himself.
  void stop_thread();

  /// How many batches could not be written, and what the last one failed with.
  std::uint64_t failures() const noexcept { return failures_.load(std::memory_order_acquire); }
  std::exception_ptr last_failure() const;
  /// Counts something that could not be recorded, and never came here.
  void lose(std::exception_ptr why);

  std::uint64_t open_session(timestamp now);
  void close_session(std::uint64_t session, timestamp now) noexcept;
  /// Runs that were found crashed since the last call.
  std::vector<crashed_run> take_crashed();

  const std::shared_ptr<store_port>& port() const noexcept { return port_; }
  /// Removes cache entries, also those on their way. \return how many
  std::size_t clear_cache(const cache_filter&, timestamp now);
  /// The entries on their way to the store, and who is computing what.
  cache_index& cache() noexcept { return cache_; }

  /// In a forked child: this object belongs to the parent; it takes no facts any more and must not be destroyed.
  bool inherited() const noexcept { return inherited_.load(std::memory_order_relaxed); }

  // Around fork(): no lock is held by a thread that the child does not have.
  void before_fork();
  void after_fork_in_parent();
  void after_fork_in_child();

 private:
  void write_in_background();
  bool hand_over(durability);  // with handing_over_ held; whether there was anything
  void give_up_batch();

  std::shared_ptr<store_port> port_;
  const std::size_t capacity_;
  const std::size_t wake_level_;

  std::mutex mutex_;  // guards the four below
  std::vector<std::byte> buffer_;
  std::uint64_t appended_ = 0;       // bytes, ever
  bool writer_sleeps_ = true;        // without a time-out: the next append must wake it
  std::vector<wait_node*> waiting_;  // for the next hand-over
  std::condition_variable work_;

  std::mutex handing_over_;  // held while the port is written; guards the three below
  std::vector<std::byte> batch_;
  std::vector<std::byte> owed_;  // of batches that failed: what became of runs that the store has as going on
  std::uint64_t synced_ = 0;
  std::atomic<std::uint64_t> committed_{0};
  std::atomic<std::uint64_t> failures_{0};
  mutable std::mutex failure_mutex_;  // guards last_failure_
  std::exception_ptr last_failure_;
  std::atomic<bool> inherited_{false};
  std::atomic<bool> stopping_{false};  // set under mutex_
  cache_index cache_;

  std::thread writer_;
};

/// Appends one fact and its texts to `out`.
template <class Fact, class... Text>
void put_fact(std::vector<std::byte>& out, Fact f, const Text&... texts) {
  static_assert(sizeof...(Text) == Fact::texts);
  int i = 0;
  ((f.length[i++] = static_cast<std::uint32_t>(texts.size())), ...);
  const std::size_t used = sizeof(Fact) + (std::size_t{0} + ... + texts.size());
  f.size = static_cast<std::uint32_t>((used + 7) & ~std::size_t{7});
  f.kind = Fact::tag;
  const std::size_t begin = out.size();
  out.resize(begin + f.size);
  std::byte* p = out.data() + begin;
  std::memcpy(p, &f, sizeof(Fact));
  p += sizeof(Fact);
  const auto put = [&p](std::string_view t) {
    if (!t.empty()) std::memcpy(p, t.data(), t.size());
    p += t.size();
  };
  (put(texts), ...);
}

}  // namespace weir::inline v0::detail
