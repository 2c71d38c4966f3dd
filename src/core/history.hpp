// The history of a run, packed: what a record keeps of the states that a run went through.
//
// Each state is a varint of 8 * type + flags, a varint of the microseconds since the state before (since `created` for
// the first), then, where the flags say so, a name and a message, each a varint of its length and its bytes. A small
// task run that completes takes 6 to 9 bytes.

#pragma once

#include <weir/state.hpp>

namespace weir::inline v0::core {

/// Appends a state to a packed history. `at` must be later than the state before; `last_at` is that one's time (or
/// `created` for the first, which may be equal).
void append_state(std::string& packed, std::int64_t last_at, const weir::state& next);
/// The cheap form for the states of every run: default name, no message.
void append_state(std::string& packed, std::int64_t last_at, state_type type, std::int64_t at);

/// All states, oldest first. Bytes that do not parse end the list: a record is shown as far as it can be read.
std::vector<weir::state> unpack_history(std::string_view packed, std::int64_t created);

}  // namespace weir::inline v0::core
