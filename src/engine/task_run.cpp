// What a call of a task does.

#include "engine/calls.hpp"

#include "core/kept_result.hpp"
#include "engine/failure.hpp"
#include "engine/hooks.hpp"
#include "platform/stack.hpp"

#include <fmt/format.h>

namespace weir::inline v0::detail {
namespace {

// Nothing is recorded, but retries and this_run work.
[[gnu::noinline]] void run_unrecorded(const definition& d, const frame_ops& ops, void* frame) {
  run_context c;
  c.defined = &d;
  if (d.set.retries == 0) {
    context_scope in(c);
    ops.invoke(frame, true);
    return;
  }
  if (auto v = run_attempts({d, ops, frame}, c, nullptr); v.error) std::rethrow_exception(v.error);
}

struct task_call {
  const definition& d;
  const call_site* site;
  const frame_ops& ops;
  void* frame;
  engine& e;
  run_context& parent;
  const std::uint64_t failures_before = parent.flow->records->failures();

  void go() {
    const recorded_parameters parameters(d, ops, frame, e.parameter_budget());
    const auto name = custom_name(d, site, parameters.text());
    const auto tags = tags_for(d, site);
    call_row row(parent, d.id);
    if (row.is_done(d, parameters.text()) && take(row, row.earlier->result)) return;

    run_context c;
    c.engine = &e;
    c.flow = parent.flow;
    c.defined = &d;
    c.n = row.n;
    c.index = row.index;
    c.tags = tags;
    c.custom_name = name;
    c.parameters = parameters.text();
    settle_prints(c, &parent);
    row_texts texts{.version = d.set.version, .tags = tags, .name = name, .parameters = parameters.text()};

    row.begin(e.clock().now());
    std::unique_ptr<caching> cache;  // on the heap, as most tasks have none: see await_retry
    if (d.set.cache.is_set()) {
      cache = std::make_unique<caching>(d, ops, frame, c);
      if (const auto found = cache->find()) {
        if (take(row, *found)) return finish_cached(c, row, texts, *cache, *found);
        cache->found_unreadable();
      }
      texts.cache_key = cache->use();
    }
    row.start(e.clock().now());
    emit_row(row, 1, texts);
    if (!row.earlier) call_hooks(d.set.on_running, "on_running", c, row.log, std::nullopt);
    const attempts body{d, ops, frame};
    const auto v = run_attempts(body, c, &row.log);
    ending{body, c, row.log, keeps_result(d, &parent), how(), cache.get()}.finish(v);
    make_durable(v.error != nullptr);
    if (v.error) std::rethrow_exception(v.error);
    throw_if_lost(c);
  }

  // Puts a kept result into the frame. One that does not parse any more is computed again.
  [[gnu::noinline]] bool take(const call_row& row, std::string_view kept) {
    try {
      core::read_result(*parent.flow->records->port(), kept, [this](json_reader r) { ops.read_result(frame, r); });
      return true;
    } catch (...) {  // also what the user's codec throws
      say(parent, log::level::warning,
          fmt::format("Task run '{}-{}': a kept result cannot be used, so the task runs: {}", d.name, row.index,
                      in_short(describe(std::current_exception(), 1))));
      return false;
    }
  }

  [[gnu::noinline]] void finish_cached(run_context& c, call_row& row, row_texts& texts, const caching& cache,
                                       const std::string& result) {
    texts.cache_key = cache.use();
    emit_row(row, 0, texts);
    row.log.enter(state_type::completed, "Cached", {}, e.clock().now());
    row.log.emit(0, {.result = result});
    c.attempt = 0;
    say_completed(c, row.log);
    call_hooks(d.set.on_completion, "on_completion", c, row.log, std::nullopt);
    make_durable();
    throw_if_lost(c);
  }

  durability how() const { return d.set.durability.value_or(parent.flow->inside); }
  void make_durable(bool failed = false) {
    // What nobody catches ends the process, and no flow above has made sure of the record.
    const auto least = failed && !parent.flow->defined ? durability::process : durability::relaxed;
    if (const auto h = std::max(how(), least); h != durability::relaxed) parent.flow->records->flush(h, e.executor());
  }

  // A flow says at its end what could not be recorded; a task outside any flow, that is to be durable, says it here.
  void throw_if_lost(const run_context& c) const {
    if (parent.flow->defined || how() == durability::relaxed) return;
    if (parent.flow->records->failures() != failures_before) say_lost(c);
  }
  [[noreturn, gnu::noinline]] void say_lost(const run_context& c) const {
    throw_lost(*parent.flow->records, fmt::format("task run \"{}\": it ended, but could not be recorded", c.name()));
  }
};

}  // namespace

void run_task(const definition& d, const call_site* site, const frame_ops& ops, void* frame) {
  d.check();
  engine* e = engine_for(site);
  if (!e) return run_unrecorded(d, ops, frame);
  if (platform::stack_is_nearly_used()) throw_too_deep(d);
  if (d.set.on_crashed.is_set()) e->tell_crashed(d);
  run_context& parent = parent_for(*e);
  // A flow run keeps its engine; outside any flow this call does, for a body that ends the runtime or the process.
  const auto keep = parent.flow->defined ? nullptr : e->shared_from_this();
  task_call{d, site, ops, frame, *e, parent}.go();
}

}  // namespace weir::inline v0::detail
