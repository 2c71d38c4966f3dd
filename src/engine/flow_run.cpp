// What a call of a flow does.

#include "engine/calls.hpp"
#include "engine/failure.hpp"

#include "core/run_name.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace weir::inline v0::detail {
namespace {

ended_run run_unrecorded(const definition& d, const frame_ops& ops, void* frame) {
  run_context c;
  c.defined = &d;
  auto v = run_attempts({d, ops, frame}, c, nullptr);
  ended_run out;
  out.name = d.name;
  out.error = v.error;
  out.failure = v.error && !v.failure ? describe(v.error, c.attempt) : std::move(v.failure);
  out.state.type = v.error ? state_type::failed : state_type::completed;
  out.state.name = default_name(out.state.type);
  if (v.error) {
    out.state.message = in_short(*out.failure);
  } else if (c.shared && c.shared->finish) {
    std::tie(out.state.name, out.state.message) = *c.shared->finish;
  }
  return out;
}

std::string_view bytes_of(const uuid& id) noexcept {
  return {reinterpret_cast<const char*>(id.bytes), sizeof id.bytes};
}

void emit_flow_run(const flow_run& run, const run_log& log, engine& e, const run_context* parent,
                   std::uint32_t parent_n, name_id tags, std::string_view parameters) {
  flow_run_fact f;
  log.describe(f);
  f.name = run.defined->id;
  f.version = run.defined->set.version;
  f.tags = tags;
  f.attempt = 1;
  f.id = run.id;
  f.session = e.session();
  if (parent) {
    f.parent_run = parent->flow->serial;
    f.parent_n = parent_n;
  }
  auto& facts = this_thread_scratch().facts;
  facts.clear();
  put_fact(facts, f, run.name, parameters, log.history());
  run.records->append(facts, e.executor());
}

// The record of a top-level run is incomplete: say so instead of returning as if nothing had happened.
void throw_if_lost(const flow_run& run, std::string_view when) {
  if (run.records->failures() == run.failures_before) return;
  try {
    std::rethrow_exception(run.records->last_failure());
  } catch (const error& cause) {
    throw store_error(fmt::format("flow run \"{}\" ({}): {}: {}", run.name, run.id, when, cause.what()), cause.code(),
                      cause.retryable());
  } catch (const std::exception& cause) {
    throw store_error(fmt::format("flow run \"{}\" ({}): {}: {}", run.name, run.id, when, cause.what()));
  }
}

struct flow_call {
  const definition& d;
  const call_site* site;
  const frame_ops& ops;
  void* frame;
  engine& e;

  ended_run go() {
    const recorded_parameters parameters(d, ops, frame, e.parameter_budget());
    const auto tags = tags_for(d, site);
    auto name = custom_name(d, site, parameters.text());

    auto* current = this_thread().current;
    // A forked child does not write for the run that it was forked in: its flows begin anew.
    run_context* parent = current && current->engine == &e && !current->flow->records->inherited() ? current : nullptr;
    auto run = std::make_shared<flow_run>();
    run->engine = e.shared_from_this();
    run->defined = d.shared_from_this();
    run->records = parent ? parent->flow->records : e.writable();
    run->serial = next_serial();
    const auto now = e.clock().now();
    run->id = core::make_flow_run_id(now, e.random().next(), e.random().next());
    run->name = name.empty() ? core::two_words(e.random().next()) : std::move(name);
    run->inside = d.set.durability.value_or(parent ? parent->flow->inside : e.default_durability());
    run->failures_before = run->records->failures();
    const auto ends = parent ? run->inside : std::max(run->inside, durability::process);

    e.introduce(d, *run->records);
    run_log log(*run, 0, 1);
    std::optional<call_row> row;
    if (parent) {
      row.emplace(*parent, d.id, now);
      emit_row(*row, *parent, d.id, d.set.version, tags, run->name, parameters.text(), bytes_of(run->id));
      log.mirror(&row->log);
    }
    log.begin(now);
    log.enter_unmirrored(state_type::running, now);
    emit_flow_run(*run, log, e, parent, row ? row->n : 0, tags, parameters.text());
    if (ends != durability::relaxed) run->records->flush(ends, e.executor());
    if (!parent) throw_if_lost(*run, "its start could not be recorded, so it was not run");

    run_context c;
    c.engine = &e;
    c.flow = run.get();
    c.defined = &d;
    c.tags = tags;
    c.parameters = parameters.text();
    say(c, log::level::info, fmt::format("Beginning flow run '{}' for flow '{}'", run->name, d.name));
    const auto v = run_attempts({d, ops, frame, run.get()}, c, &log);
    finish(c, log, v);
    if (ends != durability::relaxed) run->records->flush(ends, e.executor());
    if (!parent && run->records->failures() != run->failures_before) {
      // The body's own exception is what its caller waits for; the loss is then only said.
      if (!v.error) throw_if_lost(*run, "it ended, but not all of it could be recorded");
      say(c, log::level::error, "not all of this run could be recorded");
    }
    return {run->id, run->name, log.now(), v.failure, v.error};
  }
};

ended_run execute(const definition& d, const call_site* site, const frame_ops& ops, void* frame) {
  d.check();
  engine* e = engine_for(site);
  return e ? flow_call{d, site, ops, frame, *e}.go() : run_unrecorded(d, ops, frame);
}

}  // namespace

void run_flow(const definition& d, const call_site* site, const frame_ops& ops, void* frame) {
  if (auto ended = execute(d, site, ops, frame); ended.error) std::rethrow_exception(ended.error);
}

ended_run run_flow_to_end(const definition& d, const call_site* site, const frame_ops& ops, void* frame) {
  return execute(d, site, ops, frame);
}

}  // namespace weir::inline v0::detail
