#include "engine/engine.hpp"

#include "engine/failure.hpp"
#include "engine/process.hpp"
#include "engine/progress.hpp"
#include "engine/waiting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>

namespace weir::inline v0::detail {
namespace {

log::level level_from(const runtime_options& o) {
  if (o.log_level) return *o.log_level;
  const char* text = std::getenv("WEIR_LOG_LEVEL");
  if (!text || !*text) return log::level::info;
  if (const auto level = logging::parse_level(text)) return *level;
  throw usage_error(fmt::format("WEIR_LOG_LEVEL is \"{}\"; give debug, info, warning or error", text));
}

bool prints_from(const runtime_options& o) {
  if (o.log_prints) return *o.log_prints;
  const char* text = std::getenv("WEIR_LOG_PRINTS");
  if (!text || !*text) return false;
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  for (const auto* yes : {"true", "1", "yes", "on"})
    if (lower == yes) return true;
  for (const auto* no : {"false", "0", "no", "off"})
    if (lower == no) return false;
  throw usage_error(fmt::format("WEIR_LOG_PRINTS is \"{}\"; give true or false", text));
}

std::uint64_t seed_from_system() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

// One name for one file, so that two runtimes on it share a writer, however each spelt it.
std::string canonical(const std::string& path) {
  std::error_code ignored;
  auto whole = std::filesystem::weakly_canonical(path, ignored);
  return whole.empty() ? path : whole.string();
}

}  // namespace

std::uint64_t next_serial() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

engine::engine(const runtime_options& o)
    : options_(o), clock_(o.clock ? o.clock : std::make_shared<system_clock>()),
      executor_(o.executor ? o.executor : std::make_shared<thread_executor>()),
      random_(o.seed ? *o.seed : seed_from_system()), level_(level_from(o)), log_prints_(prints_from(o)),
      parameter_budget_(o.parameter_budget), durability_(o.durability.value_or(durability::relaxed)) {
  if (!o.store_port) path_ = canonical(o.store);
  open();
  if (o.logger) console_ = std::make_unique<logging::console>(o.logger);
  else if (o.console) console_ = std::make_unique<logging::console>();
  watch_forks(this);
}

engine::~engine() {
  forget_forks(this);
  close();
}

void engine::close() {
  if (recording_->inherited() || std::exchange(closed_, true)) return;
  if (ambient_run_) {
    settle_progress(*ambient_context_);
    std::vector<std::byte> facts;
    update_fact end;
    end.run = ambient_run_->serial;
    end.attempt = 1;
    end.type = state_type::completed;
    end.start_offset = end.end_offset = 1;
    put_fact(facts, end, std::string_view(), std::string_view(), std::string_view(), std::string_view());
    recording_->append(facts, *executor_);
  }
  recording_->flush(durability::process, *executor_);
  const bool lost = ambient_run_ && recording_->failures() != ambient_run_->failures_before;
  if (console_ && (lost || !lost_ambients_.empty()))
    console_->line(clock_->now(), log::level::error, "weir",
                   fmt::format("not all tasks outside of flows could be recorded: {}",
                               in_short(describe(recording_->last_failure(), 1))));
  recording_->close_session(session_, clock_->now());
}

void engine::lock_for_fork() {
  mutex_.lock();
  random_.lock();
  if (console_) console_->lock();
}
void engine::unlock_after_fork() {
  if (console_) console_->unlock();
  random_.unlock();
  mutex_.unlock();
}

void engine::open() {
  recording_ = path_.empty() ? recording_of(options_.store_port, options_.queue_bytes)
                             : recording_of(path_, options_.queue_bytes);
  session_ = recording_->open_session(clock_->now());
  crashed_ = recording_->take_crashed();
}

std::shared_ptr<recording> engine::writable() {
  std::lock_guard lock(mutex_);
  if (recording_->inherited() && !path_.empty()) {
    open();
    random_.branch(seed_from_system());  // else its ids would be those that the parent makes next
    ambient_context_.reset();
    ambient_run_.reset();
    introduced_.clear();
  }
  return recording_;
}

void engine::flush(durability how) { writable()->flush(how, *executor_); }

void engine::finish() {
  std::shared_ptr<recording> records;
  {
    std::lock_guard lock(mutex_);
    records = recording_;
  }
  records->flush(durability::process, *executor_);  // returns at once where it is inherited
}

void engine::finish_process() {
  finish();
  // Whoever is in a run keeps the engine. Its session stays open then: the process that opens the store next sees that
  // nobody holds its lock any more, and marks what was going on.
  if (weak_from_this().use_count() == 1) close();
  recording_->stop_thread();
}

run_context& engine::ambient() {
  auto records = writable();
  std::lock_guard lock(mutex_);
  if (ambient_context_ && records->failures() == ambient_run_->failures_before) return *ambient_context_;
  // Its own record may be among what was lost: the calls from here on get another. Calls in progress still use it.
  if (ambient_context_) lost_ambients_.emplace_back(std::move(ambient_run_), std::move(ambient_context_));
  ambient_run_ = std::make_shared<flow_run>();
  auto& run = *ambient_run_;
  run.records = std::move(records);
  run.serial = next_serial();
  const auto now = clock_->now();
  run.id = core::make_flow_run_id(now, random_.next(), random_.next());
  run.name = "ambient";
  run.inside = durability_;
  run.failures_before = run.records->failures();
  ambient_context_ = std::make_unique<run_context>();
  ambient_context_->engine = this;
  ambient_context_->flow = &run;
  ambient_context_->parts();  // made now, because all threads share this context
  flow_run_fact fact;
  fact.run = run.serial;
  fact.id = run.id;
  fact.session = session_;
  fact.ambient = true;
  fact.attempt = 1;
  fact.type = state_type::running;
  fact.created = now.micros();
  fact.start_offset = 1;
  std::vector<std::byte> facts;
  put_fact(facts, fact, run.name, std::string_view(), std::string_view());
  run.records->append(facts, *executor_);
  return *ambient_context_;
}

void engine::tell_crashed(const definition& d) {
  const auto concerns = [&](const crashed_run& r) {
    return (r.kind == run_kind::flow) == (d.what == kind::flow) && r.called == d.name;
  };
  std::vector<crashed_run> found;
  {
    std::lock_guard lock(mutex_);
    std::copy_if(crashed_.begin(), crashed_.end(), std::back_inserter(found), concerns);
    std::erase_if(crashed_, concerns);
  }
  const auto& store = *writable()->port();
  const auto call_all = [&](const auto& records) {
    for (const auto& record : records)
      for (const auto& hook : d.set.on_crashed.list()) {
        try {
          hook(record);
        } catch (...) {
          log::error("on_crashed hook of {} threw {}", d.described(), in_short(describe(std::current_exception(), 1)));
        }
      }
  };
  for (const auto& r : found) {
    try {
      if (r.kind == run_kind::flow) call_all(store.flow_runs({.id = r.id}));
      else call_all(store.task_runs({.id = r.id}));
    } catch (const error& e) {
      log::error("on_crashed hook of {} was not called for run {}: {}", d.described(), r.id, e.what());
    }
  }
}

void engine::introduce(const definition& d, recording& records) {
  std::lock_guard lock(mutex_);
  if (std::find(introduced_.begin(), introduced_.end(), d.id) != introduced_.end()) return;
  introduced_.push_back(d.id);
  flow_fact fact;
  fact.name = d.id;
  fact.version = d.set.version;
  fact.at = clock_->now().micros();
  std::vector<std::byte> facts;
  put_fact(facts, fact, d.set.description, d.schema());
  records.append(facts, *executor_);
}

}  // namespace weir::inline v0::detail
