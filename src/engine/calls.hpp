// What calls of tasks and flows have in common before their bodies run.

#pragma once

#include "engine/caching.hpp"
#include "engine/engine.hpp"
#include "engine/run.hpp"

namespace weir::inline v0::detail {

/// Instead of a crash without a word, where calls go so deep that the thread's stack would run over.
[[noreturn]] void throw_too_deep(const definition&);

/// The engine of a call; null where nothing is recorded.
engine* engine_for(const call_site*);

/// The run that a call in this engine is made from: the calling thread's, or the ambient one.
run_context& parent_for(engine&);

/// Definition, scopes and call together. \throws usage_error a tag that cannot be one
name_id tags_for(const definition&, const call_site*);

/// The parameters of one call as recorded, valid until it goes.
class recorded_parameters {
 public:
  recorded_parameters(const definition&, const frame_ops&, const void* frame, std::size_t budget);
  ~recorded_parameters();
  recorded_parameters(const recorded_parameters&) = delete;
  recorded_parameters& operator=(const recorded_parameters&) = delete;
  std::string_view text() const noexcept { return text_; }
  /// The text holds all values as they are: none is secret, too large or without codec.
  bool is_complete() const noexcept { return complete_; }

 private:
  std::string_view text_;
  bool complete_ = false;
};

/// The name that the call or the definition gives the run; empty for the kind's default.
/// \throws usage_error a name with control characters or of more than 200 bytes
std::string custom_name(const definition&, const call_site*, std::string_view parameters);

/// The row of a call in its flow run: its number and index. A later attempt of the flow finds the row that the one before
/// made.
struct call_row {
  call_row(run_context& parent, name_id called);

  /// Creates the run: Pending, or what it was before.
  void begin(timestamp now);
  /// Running, or Retrying in a later attempt of the flow.
  void start(timestamp now);
  /// An attempt before completed it with these parameters and kept what it returned. Says so where they were others.
  bool is_done(const definition&, std::string_view parameters) const;

  run_context& parent;
  name_id called;
  std::uint32_t index;
  std::optional<earlier_task_run> earlier;
  std::uint32_t n;
  run_log log;
};

/// What a row says besides its states.
struct row_texts {
  name_id version = 0, tags = 0;
  std::string_view name{}, parameters{}, child{}, cache_key{};
};
/// Records the row, with the states so far, in which `attempt` attempts have started.
void emit_row(const call_row&, std::uint32_t attempt, const row_texts&);

/// Throws what the store failed with last. \param what  is not recorded, and of which run
[[noreturn]] void throw_lost(const recording&, std::string_view what);

/// Whether the result of a run in this parent (null: none) is kept.
bool keeps_result(const definition&, const run_context* parent) noexcept;

void say_completed(const run_context&, const run_log&);

/// The end of a run whose body was called: keeps its result, enters the final state that the verdict comes to, records it,
/// says so, calls the hooks.
struct ending {
  const attempts& body;
  run_context& run;
  run_log& log;
  bool keep;
  durability how;            // what the end is to survive before hooks are told of it
  caching* cache = nullptr;  // of a caching task

  void finish(const verdict&);

 private:
  void tell(const hook_list&, std::string_view which, const std::optional<weir::failure>&);
};

}  // namespace weir::inline v0::detail
