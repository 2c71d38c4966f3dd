#include "engine/run.hpp"

#include "core/history.hpp"
#include "core/retry.hpp"
#include "engine/failure.hpp"
#include "engine/progress.hpp"
#include "engine/waiting.hpp"

#include <fmt/format.h>

#include <cxxabi.h>

#include <algorithm>
#include <limits>

namespace weir::inline v0::detail {
namespace {

constexpr std::size_t longest_state_message = 8 * 1024;  // the whole text is in the failure

engine* engine_of(const run_context& c) noexcept { return c.engine; }

timestamp now_for(const run_context& c) noexcept { return c.engine ? c.engine->clock().now() : timestamp(); }

// Whether the exception is worth another attempt. A condition that throws says no.
bool worth_retrying(const definition& d, const run_context& c, const std::exception_ptr& error) {
  try {
    return d.set.retry_if(error);
  } catch (...) {
    say(c, log::level::error,
        fmt::format("retry_if threw {}; not retried", in_short(describe(std::current_exception(), 1))));
    return false;
  }
}

// How long to wait before the next attempt; nullopt where the delay function threw.
std::optional<duration> wait_before_retry(const definition& d, const run_context& c, const std::exception_ptr& error) {
  duration wait;
  try {
    wait = d.set.retry_delay.delay_after({c.attempt, error});
  } catch (...) {
    say(c, log::level::error,
        fmt::format("retry_delay threw {}; not retried", in_short(describe(std::current_exception(), 1))));
    return std::nullopt;
  }
  if (wait < duration()) {
    say(c, log::level::warning,
        fmt::format("retry_delay gave {} s, which is negative; retried at once", seconds(wait).count()));
    return duration();
  }
  if (d.set.retry_jitter <= 0 || !c.engine) return wait;
  return core::jittered(wait, d.set.retry_jitter, c.engine->random().next_unit());
}

void sleep(const run_context& c, duration wait) {
  if (wait <= duration()) return;
  wait = std::min(wait, core::longest_wait);
  wait_node nobody;
  if (auto* e = engine_of(c)) e->executor().wait(nobody, e->clock().steady_now() + wait, {});
  else plain_executor().wait(nobody, std::chrono::steady_clock::now() + wait, {});
}

// The next attempt of a flow run finds the task runs of the ones before by identity. Only the identities are in memory, and
// only then: 16 bytes a task run. The rest is read from the store when it is met.
void meet_again(flow_run& flow, const run_context& c) {
  ++flow.attempt;
  if (flow.records->inherited()) return;  // in a forked child: the store is its parent's
  std::vector<known_task_run> before;
  try {
    flow.engine->flush(durability::relaxed);
    before = flow.records->port()->known_task_runs(flow.id);
  } catch (const error& e) {
    say(c, log::level::warning,
        fmt::format("finished tasks run again, because the store cannot be read: {}", e.what()));
  }
  std::lock_guard lock(flow.known_mutex);
  flow.known_runs.clear();
  for (const auto& k : before) flow.known_runs.push_back({k.parent_n, intern(k.task), k.index, k.n});
  std::sort(flow.known_runs.begin(), flow.known_runs.end());
}

}  // namespace

weir::executor& plain_executor() {
  static thread_executor& e = *new thread_executor;
  return e;
}

void run_log::begin(timestamp now) {
  created_ = last_ = now.micros();
  core::append_state(history_, created_, state_type::pending, created_);
}

void run_log::begin_again(std::int64_t created, std::string history) {
  created_ = last_ = created;
  history_ = std::move(history);
  for (const auto& s : core::unpack_history(history_, created_)) {
    if (type_ == state_type::running) run_micros_ += s.at.micros() - last_;
    type_ = s.type;
    last_ = s.at.micros();
    if (type_ == state_type::running && started_ < 0) started_ = last_;
  }
}

std::int64_t run_log::next(timestamp now) noexcept { return std::max(now.micros(), last_ + 1); }

void run_log::count_time(std::int64_t at) noexcept {
  if (type_ == state_type::running) run_micros_ += at - last_;
}

void run_log::enter_at(state_type type, std::int64_t at) {
  count_time(at);
  core::append_state(history_, last_, type, at);
  type_ = type;
  name_.clear();
  message_.clear();
  last_ = at;
  if (type == state_type::running && started_ < 0) started_ = at;
  ended_ = is_final(type) ? at : -1;
  if (row_) row_->enter_at(type, at);
}

void run_log::enter_unmirrored(state_type type, timestamp now) {
  auto* row = std::exchange(row_, nullptr);
  enter(type, now);
  row_ = row;
}

void run_log::enter(state_type type, std::string name, std::string message, timestamp now) {
  const auto at = next(now);
  count_time(at);
  weir::state s{type, name.empty() ? std::string(default_name(type)) : name, cut(message, longest_state_message),
                timestamp::from_micros(at)};
  core::append_state(history_, last_, s);
  type_ = type;
  name_ = s.name == default_name(type) ? std::string() : s.name;
  message_ = std::move(s.message);
  last_ = at;
  if (type == state_type::running && started_ < 0) started_ = at;
  ended_ = is_final(type) ? at : -1;
  if (row_) row_->enter(type, std::move(name), std::move(message), timestamp::from_micros(at));
}

void run_log::describe(run_fact& f) const {
  f.run = flow_->serial;
  f.n = n_;
  f.flow_attempt = flow_attempt_;
  f.type = type_;
  if (!name_.empty()) f.state_name = intern(name_);
  f.created = created_;
  f.start_offset = started_ < 0 ? -1 : started_ - created_;
  f.run_micros = run_micros_;
}

std::uint64_t run_log::emit(int attempt, const state_extras& with) {
  update_fact f;
  f.run = flow_->serial;
  f.n = n_;
  f.attempt = static_cast<std::uint32_t>(attempt);
  f.flow_attempt = flow_attempt_;
  f.type = type_;
  if (!name_.empty()) f.state_name = intern(name_);
  f.start_offset = started_ < 0 ? -1 : started_ - created_;
  f.end_offset = ended_ < 0 ? -1 : ended_ - created_;
  f.run_micros = run_micros_;
  auto& facts = this_thread_scratch().facts;
  facts.clear();
  put_fact(facts, f, message_, history_, with.failure, with.result);
  if (!with.cache_key.empty()) {
    cache_fact entry;
    entry.run = f.run;
    entry.n = f.n;
    entry.task = with.cache_task;
    entry.created = last_;
    entry.expires = with.cache_expires;
    put_fact(facts, entry, with.cache_key, with.cache_parts, with.result);
  }
  const auto end = flow_->records->append(facts, flow_->engine ? flow_->engine->executor() : plain_executor());
  if (row_) row_->emit(attempt, with);
  return end;
}

void run_log::fill(run_info& r) const {
  r.state = now();
  r.created_at = timestamp::from_micros(created_);
  if (started_ >= 0) r.started_at = timestamp::from_micros(started_);
  if (ended_ >= 0) r.ended_at = timestamp::from_micros(ended_);
  r.total_run_time = std::chrono::microseconds(run_micros_);
}

weir::state run_log::now() const {
  return {type_, name_.empty() ? std::string(default_name(type_)) : name_, message_, timestamp::from_micros(last_)};
}

// What the body threw; null where it returned. The unwinding of a thread has no object that a reference could bind to,
// which the sanitizer would report.
[[gnu::no_sanitize("null"), gnu::noinline]] static std::exception_ptr invoke(const attempts& a, run_context& c,
                                                                             bool last) {
  try {
    context_scope in(c);
    a.ops.invoke(a.frame, last);
    return nullptr;
  } catch (const abi::__forced_unwind&) {
    throw;  // pthread_exit or a cancelled thread: it must reach the end of the thread
  } catch (...) {
    return std::current_exception();
  }
}

// The largest number of retries is what people write for "without end".
static int most_attempts(const definition& d) noexcept {
  return std::min(d.set.retries, std::numeric_limits<int>::max() - 1) + 1;
}

// Waits until another attempt is due; false where none is. Not in line: bodies may call themselves thousands of levels
// deep, and what is formatted here would be on the stack of each level.
[[gnu::noinline]] static bool await_retry(const attempts& a, run_context& c, run_log* log, verdict& v) {
  const int most = most_attempts(a.defined);
  if (log || c.attempt < most) v.failure = describe(v.error, c.attempt);
  if (c.attempt >= most || !worth_retrying(a.defined, c, v.error)) return false;
  const auto wait = wait_before_retry(a.defined, c, v.error);
  if (!wait) return false;

  const auto why = fmt::format("attempt {} failed with {}; retry {} of {} in {} s", c.attempt, in_short(*v.failure),
                               c.attempt, most - 1, seconds(*wait).count());
  if (log) {
    log->enter(state_type::scheduled, "AwaitingRetry", why, now_for(c));
    log->emit(c.attempt);
  }
  say(c, log::level::warning, why);
  sleep(c, *wait);
  ++c.attempt;
  if (log) {
    log->enter(state_type::running, "Retrying", fmt::format("attempt {} of {}", c.attempt, most), now_for(c));
    log->emit(c.attempt);
  }
  return true;
}

verdict run_attempts(const attempts& a, run_context& c, run_log* log) {
  const int most = most_attempts(a.defined);
  const auto called_before = c.shared ? c.shared->calls : call_counter();  // by a hook, before the first attempt
  verdict v;
  for (;;) {
    v.failure.reset();
    v.error = invoke(a, c, c.attempt >= most);
    if (c.shared) settle_progress(c);
    if (!v.error || !await_retry(a, c, log, v)) return v;
    c.shared = std::make_shared<shared_parts>();  // this attempt counts its calls afresh and names its own final state
    c.shared->calls = called_before;
    if (a.flow) meet_again(*a.flow, c);
  }
}

}  // namespace weir::inline v0::detail
