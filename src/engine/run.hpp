// One run being recorded: its states, from the first to the final one.

#pragma once

#include "engine/engine.hpp"
#include "engine/prints.hpp"

namespace weir::inline v0::detail {

/// What goes into the store with a state. Empty: nothing.
struct state_extras {
  std::string_view failure{};  // JSON
  std::string_view result{};   // kept: see store_port.hpp
  std::string_view cache_key{}, cache_parts{};
  name_id cache_task = 0;
  std::int64_t cache_expires = 0;
};

/// Keeps a run's history and emits what the store must know. Times strictly increase, whatever the clock does.
class run_log {
 public:
  run_log(flow_run& flow, std::uint32_t n, std::uint32_t flow_attempt) noexcept
      : flow_(&flow), n_(n), flow_attempt_(flow_attempt) {}

  /// A new run: Pending, and not yet in the store.
  void begin(timestamp now);
  /// A run that an earlier attempt of its flow made.
  void begin_again(std::int64_t created, std::string history);

  /// Enters a state; what a run in RUNNING has used of its time counts from here.
  void enter(state_type type, timestamp now) { enter_at(type, next(now)); }
  /// The same for a state that the mirroring row is in already.
  void enter_unmirrored(state_type type, timestamp now);
  void enter(state_type type, std::string name, std::string message, timestamp now);

  /// What a run_fact of either kind says about where the run is.
  void describe(run_fact&) const;
  const std::string& history() const noexcept { return history_; }

  /// Tells the store what the run has become. \return where the facts end in the recording
  std::uint64_t emit(int attempt, const state_extras& = {});

  /// The state it is in, as text; the message of the state with it.
  weir::state now() const;
  /// State and times, as a record shows them.
  void fill(run_info&) const;

  /// A row that shows the same states: a subflow's in its parent.
  void mirror(run_log* row) noexcept { row_ = row; }

 private:
  std::int64_t next(timestamp now) noexcept;
  void enter_at(state_type type, std::int64_t at);
  void count_time(std::int64_t at) noexcept;

  flow_run* flow_;
  std::uint32_t n_;
  std::uint32_t flow_attempt_;
  std::string history_;
  std::int64_t created_ = 0, last_ = 0, started_ = -1, ended_ = -1, run_micros_ = 0;
  state_type type_ = state_type::pending;
  std::string name_;  // empty: the type's
  std::string message_;
  run_log* row_ = nullptr;
};

class caching;

/// Puts a context in place for the calling thread, and the previous one back.
class context_scope {
 public:
  explicit context_scope(run_context& c) noexcept : previous_(this_thread().current) { enter_context(&c); }
  ~context_scope() { leave_context(previous_); }
  context_scope(const context_scope&) = delete;
  context_scope& operator=(const context_scope&) = delete;

 private:
  run_context* previous_;
};

/// The body of a task or flow with what its attempts need.
struct attempts {
  const definition& defined;
  const frame_ops& ops;
  void* frame;
  flow_run* flow = nullptr;  // of a flow: its next attempt meets the task runs of this one again
};

/// How the attempts ended.
struct verdict {
  std::exception_ptr error;  // null: the body returned
  std::optional<weir::failure> failure;
};

/// Runs the body until an attempt succeeds or no more is due, with the waits between; records each state but the final one
/// of a run that succeeded or failed for good. `log` is null where nothing is recorded.
verdict run_attempts(const attempts&, run_context&, run_log* log);

/// A line about the run that `c` is: on the console, and stored with it.
void say(const run_context& c, log::level, std::string_view message);

/// Stores a line with the run that `c` is, and shows it nowhere. Does nothing where nothing is recorded.
/// \param logger  name of the logger that it came through; 0: none
void store_line(const run_context& c, log::level, std::string_view message, name_id logger = 0);

/// The executor and the clock for waits where nothing is recorded.
weir::executor& plain_executor();

}  // namespace weir::inline v0::detail
