// Functions of the user's that are called when a run enters a state.

#pragma once

#include "engine/run.hpp"

namespace weir::inline v0::detail {

/// In order, inside the run; what one of them throws is logged. \param which  for messages: "on_failure"
void call_hooks(const hook_list&, std::string_view which, run_context&, const run_log&,
                const std::optional<weir::failure>&);

}  // namespace weir::inline v0::detail
