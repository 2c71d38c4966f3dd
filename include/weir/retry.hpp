// Retries: how long a run waits between its attempts, and which exceptions are worth another one.
//
// Plain values; no clock, no threads. Negative delays and a backoff factor below 1 are a usage_error at the first use of
// the task or flow that has them.

#pragma once

#include <weir/detail/function.hpp>
#include <weir/detail/sig.hpp>
#include <weir/time.hpp>

#include <concepts>
#include <exception>
#include <initializer_list>
#include <optional>
#include <vector>

namespace weir::inline v0 {

/// What a delay function may look at.
struct attempt_info {
  int number = 1;              // the attempt that failed, from 1: before the first retry it is 1
  std::exception_ptr error{};  // what it threw
};

/// How waits grow. Given to `exponential_backoff`.
struct backoff_options {
  /// Each later wait is the previous one times this. 1 keeps it constant.
  double factor = 2.0;
  /// Longest single wait; nullopt: no cap.
  std::optional<duration> max{};
};

namespace detail {
template <class F>
concept delay_by_number = std::is_invocable_r_v<duration, const F&, int>;
template <class F>
concept delay_by_attempt = std::is_invocable_r_v<duration, const F&, const attempt_info&>;
// A concept, because its `||` stops at the first yes: a generic lambda is asked about int only.
template <class F>
concept delay_function = delay_by_number<F> || delay_by_attempt<F>;
}  // namespace detail

/// The wait before each retry: one duration, a list (the last one repeats), a function of the number of the failed
/// attempt or of its `attempt_info`, or `exponential_backoff`.
class WEIR_EXPORT delay_schedule {
 public:
  delay_schedule() = default;
  template <class Rep, class Period>
  delay_schedule(std::chrono::duration<Rep, Period> d_) : list_{duration(d_)} {}
  delay_schedule(std::initializer_list<duration> delays) : list_(delays) {}
  delay_schedule(std::vector<duration> delays) : list_(std::move(delays)) {}
  // Takes anything, so that what is no delay is told so in our words: a constraint would only say that no task() matches.
  template <class F>
    requires(!std::same_as<std::remove_cvref_t<F>, delay_schedule> && !std::convertible_to<F, duration>)
  delay_schedule(F f_) {
    static_assert(
        detail::delay_function<F>,
        "weir: a retry delay has a unit (5s, 250ms): give one such duration, a list of them, a function of the "
        "attempt that returns one, or weir::exponential_backoff");
    if constexpr (detail::delay_function<F>)
      by_attempt_ = [f = std::move(f_)](const attempt_info& failed) -> duration {
        if constexpr (detail::delay_by_number<F>) return f(failed.number);
        else return f(failed);
      };
  }

  bool is_set() const noexcept { return !list_.empty() || by_attempt_ || is_backoff_; }
  /// The wait after `failed`. What a delay function throws passes through.
  duration delay_after(const attempt_info& failed) const;
  /// What makes this schedule unusable, as the end of a sentence; empty where it is fine.
  std::string problem() const;

  /// `first` before the first retry, then each wait the previous one times `options.factor`, none longer than
  /// `options.max`: 10 s gives 10, 20, 40 seconds.
  friend delay_schedule exponential_backoff(duration first, backoff_options options);

 private:
  std::vector<duration> list_;
  detail::function<duration(const attempt_info&)> by_attempt_;
  backoff_options backoff_{};  // from list_.front(), where is_backoff_
  bool is_backoff_ = false;
};

WEIR_EXPORT delay_schedule exponential_backoff(duration first, backoff_options options = {});

namespace detail {
template <class F>
inline constexpr bool asks_one_exception = false;
template <introspectable F>
  requires(signature_of<F>::arity == 1)
inline constexpr bool asks_one_exception<F> =
    std::is_invocable_r_v<bool, const F&, const std::tuple_element_t<0, typename signature_of<F>::args>&>;
}  // namespace detail

/// Whether an exception is worth another attempt: a function of std::exception_ptr, or of one exception type (other types
/// are then not retried), or `retry_on<E...>()`. When the function itself throws, the answer is no.
class retry_condition {
 public:
  retry_condition() = default;
  template <class F>
    requires(!std::same_as<std::remove_cvref_t<F>, retry_condition>)
  retry_condition(F f_) {
    constexpr bool is_condition = detail::asks_one_exception<F>;
    static_assert(
        is_condition,
        "weir: a retry condition takes one named type, std::exception_ptr or const my_error&, and returns bool; a "
        "generic lambda leaves open which exceptions are meant");
    if constexpr (is_condition)
      holds_ = [f = std::move(f_)](const std::exception_ptr& error_) -> bool {
        using E = std::tuple_element_t<0, typename detail::signature_of<F>::args>;
        if constexpr (std::same_as<E, std::exception_ptr>) {
          return f(error_);
        } else {
          try {
            std::rethrow_exception(error_);
          } catch (const E& e_) {
            return f(e_);
          } catch (...) {
            return false;
          }
        }
      };
  }

  bool is_set() const noexcept { return static_cast<bool>(holds_); }
  bool operator()(const std::exception_ptr& error) const { return !holds_ || holds_(error); }

 private:
  detail::function<bool(const std::exception_ptr&)> holds_;
};

namespace detail {
template <class E>
bool is_a(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const E&) {
    return true;
  } catch (...) {
    return false;
  }
}
}  // namespace detail

/// Retries what is one of these types, or derived from one.
template <class... E>
retry_condition retry_on() {
  return [](const std::exception_ptr& error_) { return (detail::is_a<E>(error_) || ...); };
}

}  // namespace weir::inline v0
