#include "log/console.hpp"

#include "platform/signals.hpp"
#include "platform/stdio_capture.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

namespace weir::inline v0::logging {
namespace {

constexpr std::array<std::string_view, 5> names{"", "DEBUG", "INFO", "WARNING", "ERROR"};
constexpr std::array<spdlog::level::level_enum, 5> levels{spdlog::level::trace, spdlog::level::debug,
                                                          spdlog::level::info, spdlog::level::warn, spdlog::level::err};

// spdlog writes levels in lower case and cuts "warning" in other places; users of such systems look for WARNING.
class level_flag final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    for (std::size_t i = 1; i < levels.size(); ++i)
      if (levels[i] == message.level) fmt::format_to(std::back_inserter(out), "{:<7}", names[i]);
  }
  std::unique_ptr<spdlog::custom_flag_formatter> clone() const override { return std::make_unique<level_flag>(); }
};

// Automatic is: on a terminal whose name spdlog knows. It does not know the two ways of saying no (https://no-color.org).
spdlog::color_mode colours() {
  const auto is = [](const char* variable, std::string_view value) {
    const char* set = std::getenv(variable);
    return set && (value.empty() ? *set != '\0' : value == set);
  };
  return is("NO_COLOR", "") || is("TERM", "dumb") ? spdlog::color_mode::never : spdlog::color_mode::automatic;
}

std::shared_ptr<spdlog::logger> standard_error() {
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<level_flag>('*').set_pattern("%H:%M:%S.%e | %^%*%$ | %v");
  // Not what may stand in its place (capture_stdio): these lines are stored already.
  auto sink = std::make_shared<spdlog::sinks::ansicolor_sink<spdlog::details::console_mutex>>(
      platform::standard_error(), colours());
  auto logger = std::make_shared<spdlog::logger>("weir", std::move(sink));
  logger->set_formatter(std::move(formatter));
  logger->set_level(spdlog::level::trace);
  return logger;
}

}  // namespace

console::console() : logger_(standard_error()) {}
console::console(std::shared_ptr<spdlog::logger> logger) : logger_(std::move(logger)) {}
console::~console() = default;

void console::line(timestamp at, log::level level, std::string_view about, std::string_view message) noexcept {
  const auto i = static_cast<std::size_t>(level);
  std::lock_guard lock(mutex_);
  const platform::no_broken_pipe here;  // "program 2>&1 | head" must not end a run
  try {
    logger_->log(std::chrono::system_clock::time_point(at.time_since_epoch()), spdlog::source_loc{}, levels[i],
                 spdlog::string_view_t(fmt::format("{} - {}", about, message)));
  } catch (...) {
    // A line that cannot be shown must not end a run; it is still stored.
  }
}

std::optional<log::level> parse_level(std::string_view name) noexcept {
  std::string upper(name);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  for (std::size_t i = 1; i < names.size(); ++i)
    if (upper == names[i] || (upper == "WARN" && names[i] == "WARNING")) return static_cast<log::level>(i);
  return std::nullopt;
}

}  // namespace weir::inline v0::logging
