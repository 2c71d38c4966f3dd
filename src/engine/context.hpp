// The run that a thread is in, and what it shares with the runs below it.

#pragma once

#include "core/hash.hpp"
#include "engine/definition.hpp"
#include "engine/recording.hpp"

#include <weir/context.hpp>
#include <weir/runtime.hpp>

#include <compare>
#include <deque>
#include <mutex>
#include <unordered_map>

namespace weir::inline v0::detail {

class engine;
class progress_state;

/// Counts the calls of each task in one parent. With the parent and the task's name the count is a run's identity, so it
/// follows the order of calls and nothing else.
class call_counter {
 public:
  std::uint32_t next(name_id task);

 private:
  // Most parents call a handful of tasks: a short list is faster than a hash table, until it is not.
  std::vector<std::pair<name_id, std::uint32_t>> few_;
  std::unordered_map<name_id, std::uint32_t> many_;
};

/// The parts of a run that threads bound to it share with its own. Made when first needed: most tasks call nothing.
struct shared_parts {
  std::mutex mutex;  // guards all of it
  call_counter calls;
  std::optional<std::pair<std::string, std::string>> finish;  // state name and message asked for by finish_as
  std::vector<std::weak_ptr<progress_state>> progresses;      // made in it, and perhaps gone
};

/// A flow run in progress. Lives until the last context that refers to it is gone.
struct flow_run : std::enable_shared_from_this<flow_run> {
  std::shared_ptr<detail::engine> engine;
  std::shared_ptr<recording> records;  // the one that it began with: a forked child must not write for it
  definition_ptr defined;              // null: the ambient run of a session
  std::uint64_t serial = 0;
  uuid id{};
  std::string name;
  std::atomic<std::uint32_t> attempt{1};
  std::atomic<std::uint32_t> next_n{1};
  std::atomic<std::uint32_t> next_line{0};
  durability inside = durability::relaxed;  // of the ends of its tasks, where they do not say
  std::uint64_t failures_before = 0;        // of the recording, when it began

  bool keeps_results = false;              // of its tasks and subflows: a later attempt may need them
  std::optional<core::digest> parameters;  // hash of its own; nullopt: they could not be hashed

  /// The task runs of the attempts before, in order; empty in the first one.
  struct known {
    std::uint32_t parent_n;
    name_id called;
    std::uint32_t index;
    std::uint32_t n;
    friend auto operator<=>(const known&, const known&) = default;
  };
  std::mutex known_mutex;  // guards known_runs
  std::vector<known> known_runs;
};

/// What a thread knows of the run whose body it is in. On the stack of the call, except where a thread is bound.
struct run_context {
  detail::engine* engine = nullptr;  // null: nothing is recorded
  detail::flow_run* flow = nullptr;
  const definition* defined = nullptr;
  std::uint32_t n = 0;  // 0: the flow itself
  std::uint32_t index = 0;
  int attempt = 1;
  bool prints = false;             // what the body prints is stored
  name_id tags = 0;                // of the run
  std::string_view custom_name{};  // empty: the flow's name, or "<task>-<index>"
  std::string_view parameters{};   // valid while the body runs
  std::shared_ptr<shared_parts> shared{};

  shared_parts& parts() {
    if (!shared) shared = std::make_shared<shared_parts>();
    return *shared;
  }
  std::string name() const;
  uuid id() const;
};

/// Everything that weir keeps for a thread.
struct thread_state {
  run_context* current = nullptr;
  weir::runtime* scope = nullptr;
  name_id scope_tags = 0;
  bool own_output = false;         // weir itself writes: nothing of it is captured
  bool unfinished_prints = false;  // some of what was printed is not yet shown, or not yet a line
};
thread_state& this_thread() noexcept;

/// What a call writes its parameters and facts into, kept from call to call: no allocation for a record.
struct scratch {
  std::deque<std::vector<char>> texts;  // one for each level of nested calls; a deque leaves them where they are
  std::size_t depth = 0;
  std::vector<std::byte> facts;
};
scratch& this_thread_scratch();

}  // namespace weir::inline v0::detail
