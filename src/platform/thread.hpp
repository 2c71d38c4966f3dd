// Threads of the library in somebody else's program.

#pragma once

#include <functional>
#include <thread>

namespace weir::inline v0::platform {

/// A thread that debuggers and process lists show as `name` (15 characters at most), and that takes none of the process's
/// signals: those are for the program's own threads.
/// \throws std::system_error  the system has no thread to give
std::thread start_thread(const char* name, std::function<void()> body);

}  // namespace weir::inline v0::platform
