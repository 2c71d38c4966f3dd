// Log lines: from the calling thread's run to the console and the record.

#include "engine/failure.hpp"
#include "engine/run.hpp"

#include <weir/detail/host_lines.hpp>

#include <fmt/format.h>

#include <chrono>

namespace weir::inline v0 {
namespace detail {
namespace {

// For lines outside any run and any runtime. Never destroyed, as the default runtime's slot.
logging::console& plain_console() {
  struct watched final : locked_over_forks {
    watched() { watch_forks(this); }
    void lock_for_fork() override { console.lock(); }
    void unlock_after_fork() override { console.unlock(); }
    logging::console console;
  };
  static watched& w = *new watched;
  return w.console;
}

std::string about(const run_context& c) {
  // By what it is and not by its number: where nothing is recorded nothing is numbered.
  const bool is_task = c.defined && c.defined->what == kind::task;
  return fmt::format("{} run '{}'", is_task ? "Task" : "Flow", c.name());
}

engine* engine_of_this_thread() noexcept {
  auto& thread = this_thread();
  if (thread.current) return thread.current->engine;
  auto& rt = weir::runtime::current_or_null();
  return engine::of(rt);
}

void store(const run_context& c, timestamp at, log::level level, std::string_view message, name_id logger) {
  log_fact f;
  f.run = c.flow->serial;
  f.n = c.n;
  f.seq = c.flow->next_line.fetch_add(1, std::memory_order_relaxed);
  f.level = level;
  f.logger = logger;
  f.at = at.micros();
  auto& facts = this_thread_scratch().facts;
  facts.clear();
  put_fact(facts, f, message);
  c.flow->records->append(facts, c.engine->executor());
}

void write_line(const run_context* c, log::level level, std::string_view message) {
  std::string shortened;
  if (message.size() > longest_message) message = shortened = cut(message, longest_message);
  engine* e = c ? c->engine : engine_of_this_thread();
  const auto at = e ? e->clock().now() : timestamp(std::chrono::system_clock::now());
  if (auto* console = e ? e->console() : &plain_console()) {
    // The host's logger may hand the line back to us, or print it where we capture.
    const own_work now(this_thread());
    console->line(at, level, c ? about(*c) : "weir", message);
  }
  if (c && c->flow) store(*c, at, level, message, 0);
}

}  // namespace

void say(const run_context& c, log::level level, std::string_view message) {
  if (!c.engine || level < c.engine->level()) return;  // without a record the engine keeps quiet
  write_line(&c, level, message);
}

void store_line(const run_context& c, log::level level, std::string_view message, name_id logger) {
  if (c.flow) store(c, c.engine->clock().now(), level, message, logger);
}

void take_host_line(std::string_view logger, log::level level, std::string_view message) {
  auto& thread = this_thread();
  const auto* c = thread.current;
  if (thread.own_output || !c || !c->engine || level < c->engine->level()) return;
  std::string shortened;
  if (message.size() > longest_message) message = shortened = cut(message, longest_message);
  store_line(*c, level, message, intern(logger));
}

void warn_of_unknown_run(std::string_view logger) {
  if (this_thread().own_output) return;
  write_line(
      nullptr, log::level::warning,
      fmt::format("the spdlog logger \"{}\" gives its lines to another thread than wrote them (is it asynchronous?), "
                  "where their run is not known: they are not stored; log through weir::in_front_of(logger)",
                  logger));
}

}  // namespace detail

namespace log {

bool enabled(level l) noexcept {
  const auto* e = detail::engine_of_this_thread();
  return l >= (e ? e->level() : level::info);
}

void vlog(level l, fmt::string_view format, fmt::format_args args) {
  if (!enabled(l)) return;
  fmt::memory_buffer text;
  try {
    fmt::vformat_to(std::back_inserter(text), format, args);
  } catch (const std::exception& e) {  // a formatter of the user's threw: a line about a run must not end it
    text.clear();
    fmt::format_to(std::back_inserter(text), "{} (this line cannot be formatted: {})", format, e.what());
  }
  detail::write_line(detail::this_thread().current, l, {text.data(), text.size()});
}

}  // namespace log
}  // namespace weir::inline v0
