// What belongs to the process, not to one runtime: the stores that it writes, and what happens to them at a fork.

#pragma once

#include "engine/recording.hpp"
#include "log/console.hpp"

namespace weir::inline v0::detail {

/// The recording of this file, opened where no runtime of the process has it open. \throws store_error
std::shared_ptr<recording> recording_of(const std::string& canonical_path, std::size_t capacity);
/// A recording of its own, for a port that was given.
std::shared_ptr<recording> recording_of(std::shared_ptr<store_port> port, std::size_t capacity);

/// Consoles whose lock must be free in a forked child. Threads: safe from any thread.
void watch_console(logging::console*);
void forget_console(logging::console*) noexcept;

}  // namespace weir::inline v0::detail
