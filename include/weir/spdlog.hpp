// Lines of the host's own spdlog loggers, stored with the run that writes them. Not part of weir.hpp: include it where
// loggers are set up. It uses the host's spdlog, of whichever version and kind.
//
//   auto log = spdlog::stdout_color_mt("app");
//   weir::attach(*log);                          // from now on also in the record
//   log->warn("{} rows dropped", n);             // in a task: a line of that task run, record.logger == "app"
//
// The logger shows its lines as before; weir only stores them, from `runtime_options::log_level` on.

#pragma once

#include <weir/detail/host_lines.hpp>

#include <spdlog/details/os.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/sink.h>

#include <algorithm>
#include <atomic>
#include <memory>

#ifdef SPDLOG_NO_THREAD_ID
#error "weir/spdlog.hpp needs the thread ids that SPDLOG_NO_THREAD_ID takes out of spdlog"
#endif

namespace weir::inline v0 {

/// Stores what comes through with the run of the thread that wrote it. A line is taken only on that very thread: where
/// another one delivers it (spdlog's asynchronous loggers, buffering sinks), nobody can tell which run it belongs to, so
/// nothing is stored and a warning says so once; use in_front_of() there. What dump_backtrace() writes again belongs to the
/// run that dumps it.
/// Threads: safe from any thread; has no lock.
class spdlog_sink final : public spdlog::sinks::sink {
 public:
  void log(const spdlog::details::log_msg& line) override {
    const std::string_view logger(line.logger_name.data(), line.logger_name.size());
    if (line.thread_id == spdlog::details::os::thread_id())
      detail::take_host_line(logger, level_of(line.level), {line.payload.data(), line.payload.size()});
    else if (!warned_.exchange(true)) detail::warn_of_unknown_run(logger);
  }
  void flush() override {}
  void set_pattern(const std::string&) override {}  // the record keeps time, level and logger apart from the text
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

 private:
  static log::level level_of(spdlog::level::level_enum l) noexcept {
    if (l >= spdlog::level::err) return log::level::error;
    if (l == spdlog::level::warn) return log::level::warning;
    return l == spdlog::level::info ? log::level::info : log::level::debug;
  }

  std::atomic<bool> warned_{false};
};

/// Adds a sink of ours to a logger that has none yet. Threads: not while another thread uses the logger, which is spdlog's
/// own rule for its list of sinks. Of no use for an asynchronous logger: see in_front_of().
inline void attach(spdlog::logger& logger) {
  auto& sinks = logger.sinks();
  const auto ours = [](const spdlog::sink_ptr& s) { return dynamic_cast<const spdlog_sink*>(s.get()) != nullptr; };
  if (std::none_of(sinks.begin(), sinks.end(), ours)) sinks.push_back(std::make_shared<spdlog_sink>());
}

namespace detail {

class forwarding_sink final : public spdlog::sinks::sink {
 public:
  explicit forwarding_sink(std::shared_ptr<spdlog::logger> to) : to_(std::move(to)) {}
  void log(const spdlog::details::log_msg& line) override {
    to_->log(line.time, line.source, line.level, line.payload);
  }
  void flush() override { to_->flush(); }
  void set_pattern(const std::string& pattern) override { to_->set_pattern(pattern); }
  void set_formatter(std::unique_ptr<spdlog::formatter> f) override { to_->set_formatter(std::move(f)); }

 private:
  std::shared_ptr<spdlog::logger> to_;
};

}  // namespace detail

/// A logger to use in the place of an asynchronous one, with its name and level: stores each line on the thread that
/// writes it, and then gives it to `behind`, which shows it in its own time.
///
///   spdlog::set_default_logger(weir::in_front_of(spdlog::create_async<...>("app")));
///
/// Set levels on both; a line must pass both.
inline std::shared_ptr<spdlog::logger> in_front_of(const std::shared_ptr<spdlog::logger>& behind) {
  auto front = std::make_shared<spdlog::logger>(behind->name(), std::make_shared<detail::forwarding_sink>(behind));
  front->set_level(behind->level());
  attach(*front);
  return front;
}

}  // namespace weir::inline v0
