// The run that the calling thread is in.

#pragma once

#include <weir/state.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace weir::inline v0 {

/// Outside any run, everything but active() throws a usage_error. Inside a run of the null runtime ids are zero and
/// parameters empty, because nothing is recorded.
namespace this_run {

/// Whether the calling thread is in the body of a task or flow.
WEIR_EXPORT bool active() noexcept;
WEIR_EXPORT uuid id();
/// The flow run that the run is or belongs to.
WEIR_EXPORT uuid flow_run_id();
WEIR_EXPORT std::string name();
/// From 1.
WEIR_EXPORT int attempt();
/// As recorded: a JSON object, with *** for secrets and the types of values over the budget.
WEIR_EXPORT std::string parameters();
WEIR_EXPORT std::vector<std::string> tags();
/// Names the state in which the run ends if its body returns: "Skipped", "no new files". Of type COMPLETED; failing is
/// throwing. The last call counts.
/// \param state_name  without control characters, 1 to 200 bytes, else usage_error
WEIR_EXPORT void finish_as(std::string_view state_name, std::string_view message = {});

}  // namespace this_run

namespace detail {

struct run_context;

/// A run, held so that other threads can work for it.
class WEIR_EXPORT bound_context {
 public:
  static bound_context capture();
  class WEIR_EXPORT scope {
   public:
    explicit scope(const bound_context&) noexcept;
    ~scope();
    scope(const scope&) = delete;
    scope& operator=(const scope&) = delete;

   private:
    run_context* previous_;
  };

 private:
  std::shared_ptr<run_context> context_;
};

}  // namespace detail

/// Carries the run of the calling thread to a thread that the user starts: what `f` calls and logs there belongs to it.
/// Indices of tasks then follow the order in which the threads call them, so such a run cannot be resumed. The run may
/// end first; what `f` still calls is recorded below it.
template <class F>
auto bind_context(F f) {
  return [ context = detail::bound_context::capture(),
           f = std::move(f) ]<class... A>(A && ... args_) mutable -> decltype(auto)
           requires std::is_invocable_v<F&, A...>
  {
    detail::bound_context::scope scope(context);
    return f(std::forward<A>(args_)...);
  };
}

}  // namespace weir::inline v0
