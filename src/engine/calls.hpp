// What calls of tasks and flows have in common before their bodies run.

#pragma once

#include "engine/engine.hpp"
#include "engine/run.hpp"

namespace weir::inline v0::detail {

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

 private:
  std::string_view text_;
};

/// The name that the call or the definition gives the run; empty for the kind's default.
/// \throws usage_error a name with control characters or of more than 200 bytes
std::string custom_name(const definition&, const call_site*, std::string_view parameters);

/// The row of a call in its flow run: number and index, and its log begun. A later attempt of the flow finds the row that
/// the one before made.
struct call_row {
  call_row(run_context& parent, name_id called, timestamp now);

  std::uint32_t n;
  std::uint32_t index;
  run_log log;
};

/// Records the row, with the states so far.
void emit_row(const call_row&, const run_context& parent, name_id called, name_id version, name_id tags,
              std::string_view name, std::string_view parameters, std::string_view child_id);

/// Enters the final state that a verdict comes to, records it, and says so.
void finish(run_context&, run_log&, const verdict&);

}  // namespace weir::inline v0::detail
