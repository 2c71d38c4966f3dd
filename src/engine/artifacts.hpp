// What the functions that make artifacts have in common.

#pragma once

#include "engine/engine.hpp"

namespace weir::inline v0::detail {

/// \throws usage_error  it is no key; names the nearest one
void check_artifact_key(std::string_view function, std::string_view key);

/// The run that an artifact made on this thread belongs to: the thread's, else the one that holds what is made outside any
/// flow. Null where nothing is recorded.
run_context* maker_of_artifact();

/// An artifact of this run, made now. It has an id.
artifact_fact new_artifact(const run_context& maker, std::string_view type);

}  // namespace weir::inline v0::detail
