// What a runtime is made of: a recording, a clock, an executor, a console, a source of random numbers.

#pragma once

#include "core/ids.hpp"
#include "engine/context.hpp"
#include "engine/process.hpp"
#include "engine/recording.hpp"
#include "log/console.hpp"

namespace weir::inline v0::detail {

/// Threads: safe from any thread. Shared by the runtime and the runs that it started.
class engine : public std::enable_shared_from_this<engine>, locked_over_forks {
 public:
  explicit engine(const runtime_options&);
  ~engine();

  /// The engine behind a runtime; null for the null runtime.
  static engine* of(const weir::runtime& rt) noexcept { return rt.engine_.get(); }
  /// What a call on this thread uses when nothing was said with on(): see runtime.hpp. Null: nothing is recorded.
  static engine* current();

  /// The runtime that this engine was made for; the null runtime once that is gone.
  weir::runtime& owner() const noexcept;
  void set_owner(weir::runtime* rt) noexcept { owner_.store(rt, std::memory_order_release); }

  weir::clock& clock() const noexcept { return *clock_; }
  const std::shared_ptr<weir::clock>& shared_clock() const noexcept { return clock_; }
  weir::executor& executor() const noexcept { return *executor_; }
  core::random_source& random() noexcept { return random_; }
  log::level level() const noexcept { return level_; }
  bool log_prints() const noexcept { return log_prints_; }
  logging::console* console() const noexcept { return console_.get(); }
  std::size_t parameter_budget() const noexcept { return parameter_budget_; }
  durability default_durability() const noexcept { return durability_; }
  bool refreshes_cache() const noexcept { return options_.refresh_cache; }

  /// Makes sure that this process writes the store itself: a forked child opens it anew. Called where a run begins.
  std::shared_ptr<recording> writable();
  std::uint64_t session() const noexcept { return session_; }

  /// Holds the tasks that are called outside any flow.
  run_context& ambient();
  /// Announces a flow to the store, once.
  void introduce(const definition&, recording&);

  /// Calls the on_crashed hooks of a definition for its runs that were found crashed when the store was opened, once.
  void tell_crashed(const definition&);

  /// Everything that this process emitted so far is in the store.
  void flush(durability how);
  /// The same at the end of a runtime. A forked child leaves what it has inherited alone.
  void finish();
  /// At the end of the process, when other threads may be in runs, or about to begin one.
  void finish_process();

 private:
  void open();
  void close();
  void lock_for_fork() override;
  void unlock_after_fork() override;

  const runtime_options options_;
  std::string path_;  // canonical; empty: a port was given
  std::shared_ptr<weir::clock> clock_;
  std::shared_ptr<weir::executor> executor_;
  core::random_source random_;
  log::level level_;
  bool log_prints_;
  std::unique_ptr<logging::console> console_;
  std::size_t parameter_budget_;
  durability durability_;

  std::mutex mutex_;  // guards the rest, but for the atomics
  std::shared_ptr<recording> recording_;
  std::uint64_t session_ = 0;
  std::shared_ptr<flow_run> ambient_run_;
  std::unique_ptr<run_context> ambient_context_;
  std::vector<std::pair<std::shared_ptr<flow_run>, std::unique_ptr<run_context>>> lost_ambients_;
  std::vector<name_id> introduced_;
  std::vector<crashed_run> crashed_;  // of whom nobody was told yet
  std::atomic<weir::runtime*> owner_{nullptr};
  bool closed_ = false;  // used by one thread: the last owner, or the one that ends the process
};

/// A number for each flow run of this process.
std::uint64_t next_serial() noexcept;

}  // namespace weir::inline v0::detail
