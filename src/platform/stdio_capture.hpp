// C's stdout and stderr: which files they were, and how to see what is written to them.

#pragma once

#include <cstdio>
#include <string_view>

namespace weir::inline v0::platform {

/// As the program found them, whatever stands in their places now.
std::FILE* standard_output() noexcept;
std::FILE* standard_error() noexcept;

/// While it lives, no other thread writes to standard output through C's functions.
class standard_output_lock {
 public:
  standard_output_lock() noexcept;
  ~standard_output_lock();
  standard_output_lock(const standard_output_lock&) = delete;
  standard_output_lock& operator=(const standard_output_lock&) = delete;
};

/// Gets each piece that is written, on the thread that writes it. \return how many bytes were taken
using stdio_receiver = std::size_t (*)(bool standard_error, std::string_view piece);

bool stdio_is_captured() noexcept;
/// Puts unbuffered streams in the places of stdout and stderr.
/// \return why it cannot be done; null where it is
const char* capture_stdio(stdio_receiver);

}  // namespace weir::inline v0::platform
