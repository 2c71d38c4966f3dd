// Log lines of the running task or flow: shown on the console and stored with the run.
//
// Threads: safe from any thread. A line belongs to the run whose body the calling thread is in (or was bound to, see
// bind_context); outside any run it is shown and not stored.

#pragma once

#include <weir/detail/export.hpp>

#include <fmt/core.h>

#include <cstdint>

namespace weir::inline v0 {
namespace log {

/// The values are those of Python's logging module divided by ten, as records and filters use them.
enum class level : std::uint8_t { debug = 1, info = 2, warning = 3, error = 4 };

/// Whether a line of this level would go anywhere. The threshold is `runtime_options::log_level`.
WEIR_EXPORT bool enabled(level) noexcept;

/// Writes a line whose format is not known at compile time. Prefer the functions below.
WEIR_EXPORT void vlog(level, fmt::string_view format, fmt::format_args);

/// \param format  a fmt format string, checked against the arguments at compile time
/// A line longer than 1 MiB is cut, and says so.
template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(level::debug)) vlog(level::debug, format, fmt::make_format_args(args...));
}
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(level::info)) vlog(level::info, format, fmt::make_format_args(args...));
}
template <class... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(level::warning)) vlog(level::warning, format, fmt::make_format_args(args...));
}
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(level::error)) vlog(level::error, format, fmt::make_format_args(args...));
}

}  // namespace log

namespace detail {
// Not called vprint, which fmt::print would find through the types of its arguments.
WEIR_EXPORT void print_erased(fmt::string_view format, fmt::format_args);
}  // namespace detail

namespace log {

/// Prints a line to where std::cout prints, whatever flags std::cout has, and stores it with the run, at level info,
/// whether or not the run captures what it prints. Adds the newline, unless the text ends in one.
/// As safe from several threads as std::cout is; after std::ios::sync_with_stdio(false) that is: from one.
template <class... Args>
void print(fmt::format_string<Args...> format, Args&&... args) {
  weir::detail::print_erased(format, fmt::make_format_args(args...));
}

}  // namespace log

/// From now on, what runs with log_prints write to C's stdout and stderr (printf, puts, also from libraries in C) is
/// stored too. Replaces the two streams of the C library: call it at the start of main, before any thread and before the
/// first runtime. A second call does nothing.
///
/// The price: each piece is written at once, as to an unbuffered stream; fileno(stdout) gives -1, because the stream has no
/// descriptor; freopen(stdout) crashes, and wprintf fails. Not seen: what was given stdout before this call, write(1, ...),
/// and child processes. docs/guide/captured-output.md says more.
/// \throws usage_error  called inside a run; stdout cannot be replaced here (not the GNU C library, or in use for wide
///                      characters): it says which
WEIR_EXPORT void capture_stdio();

}  // namespace weir::inline v0

template <>
struct fmt::formatter<weir::log::level> : fmt::formatter<fmt::string_view> {
  WEIR_EXPORT auto format(weir::log::level, fmt::format_context&) const -> fmt::format_context::iterator;
};
