// What a call of a flow does.

#include "engine/calls.hpp"
#include "engine/failure.hpp"

#include "core/kept_result.hpp"
#include "core/key_writer.hpp"
#include "core/run_name.hpp"
#include "engine/hooks.hpp"
#include "platform/stack.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace weir::inline v0::detail {
namespace {

[[gnu::noinline]] ended_run run_unrecorded(const definition& d, const frame_ops& ops, void* frame) {
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

// The hash of the parameters, for tasks that are cached by them. Short ones cost next to nothing; of long ones only where a
// policy of this process asks.
std::optional<core::digest> hash_of_parameters(const definition& d, const frame_ops& ops, const void* frame,
                                               const recorded_parameters& recorded) {
  if (recorded.is_complete()) return core::hash_of(recorded.text());
  if (!flow_parameters_wanted()) return std::nullopt;
  for (const auto& p : d.body.parameters)
    if (!p.written) return std::nullopt;
  try {
    core::key_writer key;
    for (std::size_t i = 0; i < d.params.size(); ++i) {
      key.json().string(d.params[i].name);
      ops.write_argument(frame, i, key.json());
    }
    return key.finish();
  } catch (...) {
    return std::nullopt;  // a codec threw: a task that asks for the hash says that there is none
  }
}

// The record of a top-level run is incomplete: say so instead of returning as if nothing had happened.
void throw_if_lost(const flow_run& run, std::string_view when) {
  if (run.records->failures() != run.failures_before)
    throw_lost(*run.records, fmt::format("flow run \"{}\" ({}): {}", run.name, run.id, when));
}

/// A flow run that exists, and has not run: its row in its parent, if it has one, and its record are made.
struct created_run {
  std::shared_ptr<flow_run> run;
  run_log log;
  std::optional<call_row> row;  // in the parent
  name_id tags;
  durability ends;  // what its start and its end survive
};

struct flow_call {
  const definition& d;
  const call_site* site;
  const frame_ops& ops;
  void* frame;
  engine& e;
  run_context* parent;  // null: a top-level flow
  const recorded_parameters parameters{d, ops, frame, e.parameter_budget()};

  ended_run go() {
    std::optional<call_row> row;
    if (parent) row.emplace(*parent, d.id);
    if (row && row->is_done(d, parameters.text()))
      if (auto ended = ended_before(*row)) return std::move(*ended);
    auto created = create(std::move(row));
    return carry_out(created);
  }

  // An earlier attempt of the parent called this flow, which completed: what it returned is in the frame then.
  std::optional<ended_run> ended_before(const call_row& row) {
    if (!row.earlier->child) return std::nullopt;
    const auto& store = *parent->flow->records->port();
    try {
      const auto records = store.flow_runs({.id = row.earlier->child, .limit = 1});
      if (records.empty()) return std::nullopt;
      core::read_result(store, row.earlier->result, [this](json_reader r) { ops.read_result(frame, r); });
      return ended_run{records[0].id, records[0].name, records[0].state, std::nullopt, nullptr};
    } catch (...) {  // also what the user's codec throws
      say(*parent, log::level::warning,
          fmt::format("{}: its kept result cannot be used, so it runs again: {}", d.described(),
                      in_short(describe(std::current_exception(), 1))));
      return std::nullopt;
    }
  }

  created_run create(std::optional<call_row> row) {
    const auto tags = tags_for(d, site);
    auto name = custom_name(d, site, parameters.text());
    auto run = std::make_shared<flow_run>();
    run->engine = e.shared_from_this();
    run->defined = d.shared_from_this();
    run->records = parent ? parent->flow->records : e.writable();
    run->serial = next_serial();
    const auto now = e.clock().now();
    run->id = core::make_flow_run_id(now, e.random().next(), e.random().next());
    run->name = name.empty() ? core::two_words(e.random().next()) : std::move(name);
    run->inside = d.set.durability.value_or(parent ? parent->flow->inside : e.default_durability());
    run->keeps_results = d.set.retries > 0;
    run->parameters = hash_of_parameters(d, ops, frame, parameters);
    run->failures_before = run->records->failures();

    e.introduce(d, *run->records);
    created_run made{run, run_log(*run, 0, 1), std::move(row), tags,
                     parent ? run->inside : std::max(run->inside, durability::process)};
    made.log.begin(now);
    if (made.row) {
      made.row->begin(now);
      made.row->start(now);
      emit_row(*made.row, 1,
               {.version = d.set.version,
                .tags = tags,
                .name = run->name,
                .parameters = parameters.text(),
                .child = bytes_of(run->id)});
    }
    emit(made);
    return made;
  }

  void emit(const created_run& made) const {
    flow_run_fact f;
    made.log.describe(f);
    f.name = d.id;
    f.version = d.set.version;
    f.tags = made.tags;
    f.id = made.run->id;
    f.session = e.session();
    if (parent) {
      f.parent_run = parent->flow->serial;
      f.parent_n = made.row->n;
    }
    auto& facts = this_thread_scratch().facts;
    facts.clear();
    put_fact(facts, f, made.run->name, parameters.text(), made.log.history());
    made.run->records->append(facts, e.executor());
  }

  ended_run carry_out(created_run& made) {
    auto& run = *made.run;
    auto& log = made.log;
    log.enter(state_type::running, e.clock().now());
    log.emit(1);
    if (made.row) log.mirror(&made.row->log);
    if (made.ends != durability::relaxed) run.records->flush(made.ends, e.executor());
    if (!parent) throw_if_lost(run, "its start could not be recorded, so it was not run");

    run_context c;
    c.engine = &e;
    c.flow = &run;
    c.defined = &d;
    c.tags = made.tags;
    c.parameters = parameters.text();
    settle_prints(c, parent);
    say(c, log::level::info, fmt::format("Beginning flow run '{}' for flow '{}'", run.name, d.name));
    call_hooks(d.set.on_running, "on_running", c, log, std::nullopt);
    const attempts body{d, ops, frame, &run};
    const auto v = run_attempts(body, c, &log);
    ending{body, c, log, keeps_result(d, parent), made.ends}.finish(v);
    if (made.ends != durability::relaxed) run.records->flush(made.ends, e.executor());
    if (!parent && run.records->failures() != run.failures_before) {
      // The body's own exception is what its caller waits for; the loss is then only said.
      if (!v.error) throw_if_lost(run, "it ended, but not all of it could be recorded");
      say(c, log::level::error, "not all of this run could be recorded");
    }
    return {run.id, run.name, log.now(), v.failure, v.error};
  }
};

ended_run execute(const definition& d, const call_site* site, const frame_ops& ops, void* frame) {
  d.check();
  engine* e = engine_for(site);
  if (!e) return run_unrecorded(d, ops, frame);
  if (platform::stack_is_nearly_used()) throw_too_deep(d);
  if (d.set.on_crashed.is_set()) e->tell_crashed(d);
  auto* current = this_thread().current;
  // A forked child does not write for the run that it was forked in: its flows begin anew.
  run_context* parent = current && current->engine == e && !current->flow->records->inherited() ? current : nullptr;
  return flow_call{d, site, ops, frame, *e, parent}.go();
}

}  // namespace

void run_flow(const definition& d, const call_site* site, const frame_ops& ops, void* frame) {
  if (auto ended = execute(d, site, ops, frame); ended.error) std::rethrow_exception(ended.error);
}

ended_run run_flow_to_end(const definition& d, const call_site* site, const frame_ops& ops, void* frame) {
  return execute(d, site, ops, frame);
}

}  // namespace weir::inline v0::detail
