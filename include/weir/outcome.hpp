// How a run ended: what flow.run() gives instead of throwing.

#pragma once

#include <weir/detail/definition.hpp>

namespace weir::inline v0 {

/// The final state of a run, and its value or its failure. Copies share the value.
/// Threads: safe from any thread; nothing in it changes.
template <class R>
class [[nodiscard]] outcome {
  using value_type = std::conditional_t<std::is_void_v<R>, detail::nothing, R>;

 public:
  outcome(detail::ended_run run_, std::shared_ptr<const value_type> result_)
      : ended_(std::make_shared<const detail::ended_run>(std::move(run_))), value_(std::move(result_)) {}

  /// All zero where nothing was recorded (the null runtime).
  const uuid& id() const noexcept { return ended_->id; }
  const std::string& name() const noexcept { return ended_->name; }
  const weir::state& state() const noexcept { return ended_->state; }
  explicit operator bool() const noexcept { return state().is_completed(); }

  /// The value. \throws what the body threw, unchanged, where there is none
  std::add_lvalue_reference_t<const R> result() const {
    if (ended_->error) std::rethrow_exception(ended_->error);
    if constexpr (!std::is_void_v<R>) return *value_;
  }
  /// The value, or `otherwise` where there is none.
  template <class U = R>
    requires(!std::is_void_v<R>)
  R result_or(U otherwise) const {
    return ended_->error ? static_cast<R>(std::move(otherwise)) : *value_;
  }
  /// What the body threw. \throws usage_error the run did not fail
  const weir::failure& failure() const {
    if (!ended_->failure)
      throw usage_error("outcome::failure(): the run \"" + name() + "\" ended " + state().name + "; ask state() first");
    return *ended_->failure;
  }

 private:
  std::shared_ptr<const detail::ended_run> ended_;
  std::shared_ptr<const value_type> value_;
};

}  // namespace weir::inline v0
