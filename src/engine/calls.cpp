#include "engine/calls.hpp"

#include "core/run_name.hpp"
#include "core/tag_set.hpp"
#include "engine/failure.hpp"

#include <fmt/format.h>

namespace weir::inline v0::detail {
namespace {

std::optional<flow_run::earlier> earlier_run(flow_run& flow, const run_context& parent, name_id called,
                                             std::uint32_t index) {
  if (flow.attempt == 1) return std::nullopt;
  std::lock_guard lock(flow.earlier_mutex);
  const auto found = flow.earlier_runs.find({parent.n, called, index});
  if (found == flow.earlier_runs.end()) return std::nullopt;
  return std::move(found->second);
}

std::uint32_t count_call(run_context& parent, name_id called) {
  auto& parts = parent.parts();
  std::lock_guard lock(parts.mutex);
  return parts.calls.next(called);
}

}  // namespace

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
    ops.write_parameters(frame, d.params, w);
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
    if (name.empty() || name.size() > 200 || core::has_control_character(name))
      throw usage_error(d.described() +
                        ": the run_name given with as() must have 1 to 200 bytes and no control characters");
    return name;
  }
  if (d.set.run_name.empty()) return {};
  return core::fill_run_name(d.set.run_name, parameters);
}

call_row::call_row(run_context& parent, name_id called, timestamp now)
    : n(0), index(count_call(parent, called)), log(*parent.flow, 0, parent.flow->attempt) {
  auto& flow = *parent.flow;
  if (auto before = earlier_run(flow, parent, called, index)) {
    n = before->n;
    log = run_log(flow, n, flow.attempt);
    log.begin_again(before->created, std::move(before->history));
    log.enter(state_type::running, "Retrying", fmt::format("attempt {} of the flow", flow.attempt.load()), now);
  } else {
    n = flow.next_n.fetch_add(1, std::memory_order_relaxed);
    log = run_log(flow, n, flow.attempt);
    log.begin(now);
    log.enter(state_type::running, now);
  }
}

void emit_row(const call_row& row, const run_context& parent, name_id called, name_id version, name_id tags,
              std::string_view name, std::string_view parameters, std::string_view child_id) {
  task_run_fact f;
  row.log.describe(f);
  f.name = called;
  f.version = version;
  f.tags = tags;
  f.attempt = 1;
  f.parent_n = parent.n;
  f.index = row.index;
  auto& facts = this_thread_scratch().facts;
  facts.clear();
  put_fact(facts, f, name, parameters, row.log.history(), child_id);
  parent.flow->records->append(facts, parent.engine->executor());
}

void finish(run_context& c, run_log& log, const verdict& v) {
  const auto now = c.engine->clock().now();
  if (v.error) {
    log.enter(state_type::failed, {}, in_short(*v.failure), now);
    log.emit(c.attempt, to_json_text(*v.failure));
    say(c, log::level::error, fmt::format("Finished in state Failed({})", in_short(*v.failure)));
    return;
  }
  std::optional<std::pair<std::string, std::string>> named;
  if (c.shared) {
    std::lock_guard lock(c.shared->mutex);
    named = c.shared->finish;
  }
  if (named) log.enter(state_type::completed, std::move(named->first), std::move(named->second), now);
  else log.enter(state_type::completed, now);
  log.emit(c.attempt);
  const auto level = c.n == 0 ? log::level::info : log::level::debug;
  if (level < c.engine->level()) return;
  const auto s = log.now();
  say(c, level, fmt::format("Finished in state {}({})", s.name, s.message));
}

}  // namespace weir::inline v0::detail
