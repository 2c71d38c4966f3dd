// What can be said about a task, a flow, a run and a parameter. Aggregates for designated initialisers:
//
//   weir::task("fetch", {.retries = 3, .retry_delay = 250ms, .tags = {"io"}}, body, weir::arg("url"));
//
// Every field may be left unset: in task() and flow() it then means the default named beside it, in with() "as it was".
// The order of the fields is part of the interface, because designators must follow it.

#pragma once

#include <weir/cache.hpp>
#include <weir/retry.hpp>
#include <weir/state.hpp>
#include <weir/store_port.hpp>

namespace weir::inline v0 {

/// A list of short texts, such as tags. Not vector<string>, where {{"a", "b"}} is one string made from two pointers.
class words {
  struct word {
    template <class T>
      requires std::is_convertible_v<const T&, std::string_view>
    word(const T& t_) : text(std::string_view(t_)) {}
    std::string text;
  };

 public:
  words() = default;
  words(std::initializer_list<word> list) : set_(true) {
    for (const auto& w : list) list_.push_back(w.text);
  }
  words(std::vector<std::string> list) : list_(std::move(list)), set_(true) {}

  const std::vector<std::string>& list() const noexcept { return list_; }
  bool is_set() const noexcept { return set_; }

 private:
  std::vector<std::string> list_;
  bool set_ = false;
};

/// Functions that are called with the record of a run when it enters a state: one, or a list, in order. What one of them
/// throws is logged and changes nothing. They run on the thread of the run, inside it (this_run, log lines).
class hook_list {
  using hook = detail::function<void(const run_info&)>;

 public:
  hook_list() = default;
  template <class F>
    requires(!std::same_as<std::remove_cvref_t<F>, hook_list>)
  hook_list(F&& f_) {
    constexpr bool is_hook = std::is_invocable_v<const std::decay_t<F>&, const run_info&>;
    static_assert(
        is_hook,
        "weir: a hook is a function of const weir::run_info&; what it changes it keeps in a std::shared_ptr or an "
        "atomic, because it is called const");
    if constexpr (is_hook) list_.emplace_back(std::forward<F>(f_));
  }
  hook_list(std::initializer_list<hook> list) : list_(list) {}

  bool is_set() const noexcept { return !list_.empty(); }
  const std::vector<hook>& list() const noexcept { return list_; }

 private:
  std::vector<hook> list_;
};

struct task_options {
  /// Extra attempts after a failed one: 3 means at most four. Default 0. Negative is a usage_error.
  std::optional<int> retries{};
  /// Wait before each retry. Default none.
  delay_schedule retry_delay{};
  /// Spreads the waits at random: their mean stays, none is longer than (1 + jitter) times the delay. Default 0; negative
  /// is a usage_error. Source: the truncated exponential of Prefect 2.10.
  std::optional<double> retry_jitter{};
  /// Which exceptions are worth a retry. Default all.
  retry_condition retry_if{};
  /// What a result may be looked up by instead of running the body. Default: nothing, the body runs. See cache.hpp.
  cache_policy cache{};
  /// How long an entry may be used. Default: for ever. Zero or negative is a usage_error.
  std::optional<duration> cache_expiration{};
  /// Do not look, but keep the new result. Default: runtime_options::refresh_cache.
  std::optional<bool> refresh_cache{};
  /// Of calls with one key that run at the same time in this process only one runs the body; the others wait for it. Default
  /// false.
  std::optional<bool> cache_single{};
  /// Keep the result, for store::result. Default: kept where something needs it: a cache policy, or a flow with retries
  /// around it. A result type without codec, or false together with `cache`, is a usage_error.
  std::optional<bool> persist_result{};
  /// Whether what the body prints to std::cout, std::cerr and std::clog is stored as lines of the run. Default: as in the
  /// run that it is called in, outermost `runtime_options::log_prints`.
  std::optional<bool> log_prints{};
  /// Name of each run, a template over the parameters: "read {file}"; {{ and }} are braces. Default "<task>-<index>".
  std::optional<std::string> run_name{};
  /// Added to those of the enclosing weir::tags scopes and of the call.
  words tags{};
  /// Free text, recorded with each run.
  std::optional<std::string> version{};
  std::optional<std::string> description{};
  /// What the end of a run survives before its caller goes on. Default: the runtime's for tasks, `relaxed`.
  std::optional<weir::durability> durability{};
  /// Once, when the run first starts; not for a run that finds its result in the cache.
  hook_list on_running{};
  /// After the final state is recorded: any of type COMPLETED; FAILED, once, after the last attempt.
  hook_list on_completion{}, on_failure{};
  /// By the process that finds the run's own process gone, when it first uses this definition: see docs/guide/hooks.md.
  hook_list on_crashed{};
  /// In this version nothing is cancelled.
  hook_list on_cancellation{};
};

struct flow_options {
  /// Extra attempts of the whole body. Default 0. Negative is a usage_error.
  std::optional<int> retries{};
  delay_schedule retry_delay{};
  std::optional<double> retry_jitter{};
  retry_condition retry_if{};
  /// As for tasks. What tasks and subflows of a flow with retries return is kept, so that the next attempt does not run them
  /// again; without a codec they do run again.
  std::optional<bool> persist_result{};
  std::optional<bool> log_prints{};
  /// As for tasks; default two words, such as "calm-heron".
  std::optional<std::string> run_name{};
  words tags{};
  std::optional<std::string> version{};
  std::optional<std::string> description{};
  /// What starts and ends of this flow, and the ends of its tasks, survive. Default: `process` for the start and the end
  /// of a top-level flow, the runtime's for what is inside.
  std::optional<weir::durability> durability{};
  /// As for tasks.
  hook_list on_running{}, on_completion{}, on_failure{}, on_crashed{}, on_cancellation{};
};

/// What belongs to one run, not to the definition: t.as({...})(arguments).
struct run_options {
  /// The run's name, taken as it is. Default: that of the definition.
  std::optional<std::string> run_name{};
  words tags{};
};

/// A parameter with its default; made by `arg("x") = value`.
template <class T>
struct arg_default {
  const char* name;
  bool is_secret;
  T value;
};

namespace detail {
struct nothing {};
template <class E>
struct listed {
  std::vector<E> items;
};
// What no initializer_list of one type holds: {{"a", 1}}, {"a", 1}.
struct mixed_braces {
  struct anything {
    template <class... T>
    anything(const T&...) {}
  };
  mixed_braces(std::initializer_list<anything>) {}
};
// Not constexpr, so that naming a parameter badly stops the compiler in a line that says why.
inline void weir_arg_takes_letters_digits_underscore_and_hyphen() {}

consteval bool good_parameter_name(const char* name_) {
  if (*name_ == '\0' || *name_ == '-' || (*name_ >= '0' && *name_ <= '9')) return false;
  for (const char* at_ = name_; *at_; ++at_)
    if (!((*at_ >= 'a' && *at_ <= 'z') || (*at_ >= 'A' && *at_ <= 'Z') || (*at_ >= '0' && *at_ <= '9') || *at_ == '_' ||
          *at_ == '-'))
      return false;
  return true;
}
}  // namespace detail

/// The name of a parameter: `weir::arg("x")`, with a default `weir::arg("x") = 3`, and `weir::arg("x").secret()` for a
/// value that is recorded as ***. Give one for each parameter of the callable, in order, or none at all.
struct arg {
  const char* name;
  bool is_secret = false;

  consteval explicit arg(const char* name_) : name(name_) {
    if (!detail::good_parameter_name(name_)) detail::weir_arg_takes_letters_digits_underscore_and_hyphen();
  }
  arg(const arg&) = default;
  arg& operator=(const arg&) = default;

  /// The value never reaches the record, the console or a run's name.
  constexpr arg secret() const noexcept {
    arg hidden = *this;
    hidden.is_secret = true;
    return hidden;
  }
  template <class T>
  constexpr auto operator=(T value) const {
    return arg_default<T>{name, is_secret, std::move(value)};
  }
  template <class E = detail::nothing>
  auto operator=(std::initializer_list<E> list) const {
    return arg_default<detail::listed<E>>{name, is_secret, {std::vector<E>(list)}};
  }
  // Only for its message.
  template <class Never = void>
  arg operator=(detail::mixed_braces) const {
    static_assert(
        !std::is_void_v<Never>,
        "weir: a default in braces of several levels or types needs its own type before them: weir::arg(\"m\") = "
        "std::map<std::string, int>{{\"a\", 1}}");
    return *this;
  }
};

}  // namespace weir::inline v0
