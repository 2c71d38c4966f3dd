#include "engine/hooks.hpp"

#include "core/tag_set.hpp"
#include "engine/failure.hpp"

#include <fmt/format.h>

namespace weir::inline v0::detail {

void call_hooks(const hook_list& hooks, std::string_view which, run_context& c, const run_log& log,
                const std::optional<weir::failure>& failure) {
  if (!hooks.is_set()) return;
  run_info record;
  log.fill(record);
  record.id = c.id();
  record.kind = c.n == 0 ? run_kind::flow : run_kind::task;
  record.name = c.name();
  record.parameters = c.parameters;
  record.tags = core::tags_of(c.tags);
  record.attempts = c.attempt;
  record.failure = failure;
  context_scope in(c);
  for (const auto& hook : hooks.list()) {
    try {
      hook(record);
    } catch (...) {
      say(c, log::level::error,
          fmt::format("{} hook threw {}", which, in_short(describe(std::current_exception(), 1))));
    }
  }
}

}  // namespace weir::inline v0::detail
