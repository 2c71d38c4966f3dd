// What a call of a task does.

#include "engine/calls.hpp"

namespace weir::inline v0::detail {
namespace {

// Nothing is recorded, but retries and this_run work.
void run_unrecorded(const definition& d, const frame_ops& ops, void* frame) {
  run_context c;
  c.defined = &d;
  if (d.set.retries == 0) {
    context_scope in(c);
    ops.invoke(frame, true);
    return;
  }
  if (auto v = run_attempts({d, ops, frame}, c, nullptr); v.error) std::rethrow_exception(v.error);
}

}  // namespace

void run_task(const definition& d, const call_site* site, const frame_ops& ops, void* frame) {
  d.check();
  engine* e = engine_for(site);
  if (!e) return run_unrecorded(d, ops, frame);

  run_context& parent = parent_for(*e);
  const recorded_parameters parameters(d, ops, frame, e->parameter_budget());
  const auto name = custom_name(d, site, parameters.text());
  const auto tags = tags_for(d, site);
  call_row row(parent, d.id, e->clock().now());
  emit_row(row, parent, d.id, d.set.version, tags, name, parameters.text(), {});

  run_context c;
  c.engine = e;
  c.flow = parent.flow;
  c.defined = &d;
  c.n = row.n;
  c.index = row.index;
  c.tags = tags;
  c.custom_name = name;
  c.parameters = parameters.text();
  const auto v = run_attempts({d, ops, frame}, c, &row.log);
  finish(c, row.log, v);
  if (const auto how = d.set.durability.value_or(parent.flow->inside); how != durability::relaxed)
    parent.flow->records->flush(how, e->executor());
  if (v.error) std::rethrow_exception(v.error);
}

}  // namespace weir::inline v0::detail
