#include "engine/context.hpp"

#include "core/ids.hpp"
#include "core/name_text.hpp"
#include "core/tag_set.hpp"
#include "engine/engine.hpp"
#include "engine/prints.hpp"

#include <fmt/format.h>

namespace weir::inline v0 {
namespace detail {
namespace {

constexpr std::size_t few = 16;

// Initial-exec, so that reading them is one instruction and no call: a call through the null runtime costs ten
// nanoseconds, and each look would be three. They are small enough for the room that libc keeps for libraries loaded late.
[[gnu::tls_model("initial-exec")]] thread_local thread_state state;

// A plain pointer, so that it can still be used after the thread's objects are destroyed: tasks may be static and run
// while the program ends.
[[gnu::tls_model("initial-exec")]] thread_local scratch* the_scratch = nullptr;
struct scratch_owner {
  ~scratch_owner() { delete std::exchange(the_scratch, nullptr); }
};

run_context& current(std::string_view asked_for) {
  if (auto* c = this_thread().current) return *c;
  throw usage_error(fmt::format(
      "this_run::{}: the calling thread is in no run; ask this_run::active() first, or carry the run over with weir::bind_context",
      asked_for));
}

struct bound_run : run_context {
  explicit bound_run(run_context& from)
      : run_context(from), own_name(from.custom_name), own_parameters(from.parameters) {
    if (engine) keep_engine = engine->shared_from_this();
    if (flow) keep = flow->shared_from_this();
    if (defined) keep_definition = defined->shared_from_this();
    custom_name = own_name;
    parameters = own_parameters;
  }
  std::shared_ptr<detail::engine> keep_engine;  // the flow run keeps it, but for the ambient one
  std::shared_ptr<flow_run> keep;
  definition_ptr keep_definition;
  std::string own_name, own_parameters;
};

}  // namespace

std::uint32_t call_counter::next(name_id task) {
  for (auto& [name, count] : few_)
    if (name == task) return count++;
  if (few_.size() < few) {
    few_.emplace_back(task, 1);
    return 0;
  }
  return many_[task]++;
}

std::string run_context::name() const {
  if (!custom_name.empty()) return std::string(custom_name);
  if (n == 0) return flow ? flow->name : defined->name;
  return fmt::format("{}-{}", defined->name, index);
}

uuid run_context::id() const {
  if (!flow) return {};
  return n == 0 ? flow->id : core::task_run_id(flow->id, n);
}

thread_state& this_thread() noexcept { return state; }

scratch& this_thread_scratch() {
  if (!the_scratch) {
    static thread_local scratch_owner owner;
    (void)owner;
    the_scratch = new scratch;
  }
  return *the_scratch;
}

bound_context bound_context::capture() {
  bound_context out;
  if (auto* c = this_thread().current) {
    c->parts();  // so that both share one
    out.context_ = std::make_shared<bound_run>(*c);
  }
  return out;
}

bound_context::scope::scope(const bound_context& bound) noexcept : previous_(this_thread().current) {
  enter_context(bound.context_.get());
}
bound_context::scope::~scope() { leave_context(previous_); }

}  // namespace detail

namespace this_run {

bool active() noexcept { return detail::this_thread().current != nullptr; }
uuid id() { return detail::current("id").id(); }
uuid flow_run_id() {
  const auto& c = detail::current("flow_run_id");
  return c.flow ? c.flow->id : uuid{};
}
std::string name() { return detail::current("name").name(); }
int attempt() { return detail::current("attempt").attempt; }
std::string parameters() { return std::string(detail::current("parameters").parameters); }
std::vector<std::string> tags() { return core::tags_of(detail::current("tags").tags); }

void finish_as(std::string_view state_name, std::string_view message) {
  auto& c = detail::current("finish_as");
  if (state_name.empty() || state_name.size() > 200 || !core::unprintable(state_name).empty())
    throw usage_error("this_run::finish_as: the name of a state is UTF-8 of 1 to 200 bytes without control characters");
  auto& parts = c.parts();
  std::lock_guard lock(parts.mutex);
  parts.finish.emplace(state_name, message);
}

}  // namespace this_run

tags::tags(std::initializer_list<std::string_view> words, std::nullptr_t)
    : previous_(detail::this_thread().scope_tags) {
  std::vector<std::string> list;
  for (const auto w : words) {
    if (const auto problem = core::tag_problem(w); !problem.empty()) throw usage_error("weir::tags " + problem);
    list.emplace_back(w);
  }
  detail::this_thread().scope_tags = core::merge_tag_sets(previous_, core::make_tag_set(std::move(list)));
}
tags::~tags() { detail::this_thread().scope_tags = previous_; }

}  // namespace weir::inline v0
