// The table of names over a fork: see engine/process.hpp. Names are looked up with intern() and text_of().

#pragma once

namespace weir::inline v0::core {

void lock_names();
void unlock_names();

}  // namespace weir::inline v0::core
