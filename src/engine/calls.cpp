#include "engine/calls.hpp"

#include "core/history.hpp"
#include "core/kept_result.hpp"
#include "core/name_text.hpp"
#include "core/run_name.hpp"
#include "core/tag_set.hpp"
#include "engine/failure.hpp"
#include "engine/hooks.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace weir::inline v0::detail {
namespace {

// The number that the attempt before gave to a call; 0: it did not make it.
std::uint32_t known_number(flow_run& flow, std::uint32_t parent_n, name_id called, std::uint32_t index) {
  if (flow.attempt == 1) return 0;
  std::lock_guard lock(flow.known_mutex);
  const auto at =
      std::lower_bound(flow.known_runs.begin(), flow.known_runs.end(), flow_run::known{parent_n, called, index, 0});
  const bool found =
      at != flow.known_runs.end() && at->parent_n == parent_n && at->called == called && at->index == index;
  return found ? at->n : 0;
}

// What an attempt before left of the call. A store that cannot be read makes it run again.
std::optional<earlier_task_run> found_earlier(const flow_run& flow, const run_context& parent, std::uint32_t n) try {
  return flow.records->port()->find_earlier(flow.id, n);
} catch (const error& e) {
  say(parent, log::level::warning,
      fmt::format("a finished call runs again, because its record cannot be read: {}", e.what()));
  return std::nullopt;
}

std::uint32_t count_call(run_context& parent, name_id called) {
  auto& parts = parent.parts();
  std::lock_guard lock(parts.mutex);
  return parts.calls.next(called);
}

}  // namespace

void throw_too_deep(const definition& d) {
  throw usage_error(
      d.described() +
      ": calls go so deep that the stack of this thread is nearly used up; use a loop, or a larger stack (ulimit -s)");
}

engine* engine_for(const call_site* site) {
  return site && site->runtime ? engine::of(*site->runtime) : engine::current();
}

run_context& parent_for(engine& e) {
  auto* current = this_thread().current;
  return current && current->engine == &e ? *current : e.ambient();
}

name_id tags_for(const definition& d, const call_site* site) {
  name_id tags = core::merge_tag_sets(d.set.tags, this_thread().scope_tags);
  if (!site || !site->run.tags.is_set()) return tags;
  for (const auto& tag : site->run.tags.list())
    if (auto p = core::tag_problem(tag); !p.empty()) throw usage_error(fmt::format("{}: as() {}", d.described(), p));
  return core::merge_tag_sets(tags, core::make_tag_set(site->run.tags.list()));
}

recorded_parameters::recorded_parameters(const definition& d, const frame_ops& ops, const void* frame,
                                         std::size_t budget) {
  auto& s = this_thread_scratch();
  if (s.depth == s.texts.size()) s.texts.emplace_back();
  auto& out = s.texts[s.depth++];
  out.clear();
  json_writer w(out, budget);
  w.begin_object();
  try {
    complete_ = ops.write_parameters(frame, d.params, w);
  } catch (...) {
    // A codec that throws must not stop a body that would run.
    const auto why = in_short(describe(std::current_exception(), 1));
    out.clear();
    json_writer instead(out);
    instead.begin_object();
    instead.field("$error", why);
  }
  out.push_back('}');
  text_ = {out.data(), out.size()};
}

recorded_parameters::~recorded_parameters() { --this_thread_scratch().depth; }

std::string custom_name(const definition& d, const call_site* site, std::string_view parameters) {
  if (site && site->run.run_name) {
    const auto& name = *site->run.run_name;
    if (name.empty() || name.size() > 200 || !core::unprintable(name).empty())
      throw usage_error(d.described() +
                        ": the run_name given with as() must be UTF-8 of 1 to 200 bytes without control characters");
    return name;
  }
  if (d.set.run_name.empty()) return {};
  return core::fill_run_name(d.set.run_name, parameters);
}

call_row::call_row(run_context& p, name_id name)
    : parent(p), called(name), index(count_call(p, name)), n(known_number(*p.flow, p.n, name, index)),
      log(*p.flow, 0, p.flow->attempt) {
  auto& flow = *p.flow;
  // A forked child must not ask its parent's store.
  if (flow.records->inherited()) n = 0;
  if (n != 0) earlier = found_earlier(flow, p, n);
  else n = flow.next_n.fetch_add(1, std::memory_order_relaxed);
  log = run_log(flow, n, flow.attempt);
}

bool call_row::is_done(const definition& d, std::string_view parameters) const {
  if (!earlier || earlier->result.empty()) return false;
  const auto states = core::unpack_history(earlier->history, earlier->created);
  if (states.empty() || !states.back().is_completed()) return false;
  if (earlier->parameters == parameters) return true;
  if (d.not_said_yet(definition::warning::other_arguments))
    say(parent, log::level::warning,
        fmt::format("call {} of {} has other arguments than in the attempt before, so it runs again: {} then, {} now",
                    index, d.described(), cut(earlier->parameters, 200), cut(parameters, 200)));
  return false;
}

void call_row::begin(timestamp now) {
  if (earlier) log.begin_again(earlier->created, earlier->history);
  else log.begin(now);
}

void call_row::start(timestamp now) {
  if (earlier)
    log.enter(state_type::running, "Retrying", fmt::format("attempt {} of the flow", parent.flow->attempt.load()), now);
  else log.enter(state_type::running, now);
}

void emit_row(const call_row& row, std::uint32_t attempt, const row_texts& texts) {
  task_run_fact f;
  row.log.describe(f);
  f.name = row.called;
  f.version = texts.version;
  f.tags = texts.tags;
  f.attempt = attempt;
  f.parent_n = row.parent.n;
  f.index = row.index;
  auto& facts = this_thread_scratch().facts;
  facts.clear();
  put_fact(facts, f, texts.name, texts.parameters, row.log.history(), texts.child, texts.cache_key);
  row.parent.flow->records->append(facts, row.parent.engine->executor());
}

void throw_lost(const recording& records, std::string_view what) {
  try {
    std::rethrow_exception(records.last_failure());
  } catch (const error& cause) {
    throw store_error(fmt::format("{}: {}", what, cause.what()), cause.code(), cause.retryable());
  } catch (const std::exception& cause) {
    throw store_error(fmt::format("{}: {}", what, cause.what()));
  }
}

bool keeps_result(const definition& d, const run_context* parent) noexcept {
  if (parent && parent->flow->records->inherited()) return false;
  if (d.set.persist_result) return *d.set.persist_result;
  if (d.set.cache.is_set()) return true;
  return parent && parent->flow->keeps_results && d.body.result.written && d.body.result.read;
}

namespace {

// The result as it is kept; empty where it cannot be, which does not fail a run whose body has returned.
std::string kept_result(const ending& e) {
  const auto& d = e.body.defined;
  std::string why;
  try {
    return core::keep_result(*e.run.flow->records->port(),
                             [&](json_writer& w) { e.body.ops.write_result(e.body.frame, w); });
  } catch (const store_error& error) {
    why = error.what();
    // Asked for, it is part of the record, and its flow says at its end that not all of that is there.
    if (d.set.persist_result == true) e.run.flow->records->lose(std::current_exception());
  } catch (...) {
    if (d.not_said_yet(definition::warning::not_kept)) why = in_short(describe(std::current_exception(), 1));
  }
  if (!why.empty()) say(e.run, log::level::warning, fmt::format("the result is not kept: {}", why));
  return {};
}

std::optional<std::pair<std::string, std::string>> asked_for(run_context& c) {
  if (!c.shared) return std::nullopt;
  std::lock_guard lock(c.shared->mutex);
  return c.shared->finish;
}

}  // namespace

void ending::finish(const verdict& v) {
  const auto& set = body.defined.set;
  const auto clock_now = [&] { return run.engine->clock().now(); };
  state_extras with;
  if (cache) cache->add_entry(with);
  if (v.error) {
    log.enter(state_type::failed, {}, in_short(*v.failure), clock_now());
    const auto failure = to_json_text(*v.failure);
    with.failure = failure;
    log.emit(run.attempt, with);
    if (cache) cache->leave();
    say(run, log::level::error, fmt::format("Finished in state Failed({})", in_short(*v.failure)));
    tell(set.on_failure, "on_failure", v.failure);
    return;
  }
  const auto result = keep ? kept_result(*this) : std::string();
  if (auto named = asked_for(run))
    log.enter(state_type::completed, std::move(named->first), std::move(named->second), clock_now());
  else log.enter(state_type::completed, clock_now());
  with.result = result;
  const auto end = log.emit(run.attempt, with);
  if (cache) {
    cache->publish(result, end);
    cache->leave();
  }
  say_completed(run, log);
  tell(set.on_completion, "on_completion", std::nullopt);
}

// What a hook tells others must not be lost when the process dies in it.
void ending::tell(const hook_list& hooks, std::string_view which, const std::optional<weir::failure>& failure) {
  if (!hooks.is_set()) return;
  if (how != durability::relaxed) run.flow->records->flush(how, run.engine->executor());
  call_hooks(hooks, which, run, log, failure);
}

void say_completed(const run_context& c, const run_log& log) {
  const auto level = c.n == 0 ? log::level::info : log::level::debug;
  if (level < c.engine->level()) return;
  const auto s = log.now();
  say(c, level, fmt::format("Finished in state {}({})", s.name, s.message));
}

}  // namespace weir::inline v0::detail
