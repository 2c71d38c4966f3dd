// Where log lines are shown: spdlog behind a small front.

#pragma once

#include <weir/log.hpp>
#include <weir/time.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

namespace spdlog {
class logger;
}

namespace weir::inline v0::logging {

/// Threads: safe from any thread.
class console {
 public:
  /// Lines on standard error: `12:00:00.000 | INFO    | Flow run 'calm-heron' - message`, in colour on a terminal.
  console();
  /// Lines given to somebody's logger, which adds time and level in its own way.
  explicit console(std::shared_ptr<spdlog::logger> logger);
  ~console();

  /// \param about  "Flow run 'calm-heron'", "Task run 'fetch-0'" or "weir"
  void line(timestamp at, log::level, std::string_view about, std::string_view message) noexcept;

  // Around fork(): spdlog's own locks are free while ours is held.
  void lock() noexcept { mutex_.lock(); }
  void unlock() noexcept { mutex_.unlock(); }

 private:
  std::mutex mutex_;  // guards logger_'s use
  std::shared_ptr<spdlog::logger> logger_;
};

/// The level called `name`, in any case.
std::optional<log::level> parse_level(std::string_view name) noexcept;

}  // namespace weir::inline v0::logging
