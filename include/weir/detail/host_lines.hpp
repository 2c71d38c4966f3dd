// What spdlog.hpp needs of the compiled library, which knows nothing of the host's spdlog.

#pragma once

#include <weir/log.hpp>

#include <string_view>

namespace weir::inline v0::detail {

/// Stores a line that the calling thread wrote through a logger of the host with the thread's run; nothing outside runs.
WEIR_EXPORT void take_host_line(std::string_view logger, log::level, std::string_view message);
/// Says that the lines of this logger cannot be stored.
WEIR_EXPORT void warn_of_unknown_run(std::string_view logger);

}  // namespace weir::inline v0::detail
