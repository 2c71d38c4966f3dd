// Authoring: turn a callable into a task or a flow.
//
//   const auto fetch = weir::task("fetch", {.retries = 3}, [](const std::string& url) { ... }, weir::arg("url"));
//   const auto report = weir::flow("report", [](std::string url) { return summarise(fetch(url)); }, weir::arg("url") = "...");
//   report();                 // runs here and now, is recorded, returns what the body returns, throws what it throws
//
// Making one does no I/O, touches no runtime and does not throw; a wrong definition is a usage_error at its first use.
// Threads: tasks and flows may be called from any thread, also the same one at the same time.

#pragma once

#include <weir/detail/call.hpp>

namespace weir::inline v0 {

namespace detail {

/// A call being prepared: on a runtime, under a name. Ends in the verbs of the task or flow.
template <class F, kind K, class... Params>
class prepared : public callable_base<prepared<F, K, Params...>, F, K, Params...> {
  using base = callable_base<prepared, F, K, Params...>;
  friend base;

 public:
  template <class Callable>
  explicit prepared(const Callable& c_) : base(c_.definition(), c_.body(), c_.params()) {}

  prepared on(weir::runtime& rt) && {
    site_.runtime = &rt;
    return std::move(*this);
  }
  prepared as(run_options options) && {
    site_.run = std::move(options);
    return std::move(*this);
  }

 private:
  call_site site_;
};

}  // namespace detail

/// A task or a flow. Can be copied, kept const at namespace scope, and called; copies are the same task.
template <class F, detail::kind K, class... Params>
class callable : public detail::callable_base<callable<F, K, Params...>, F, K, Params...> {
  using base = detail::callable_base<callable, F, K, Params...>;
  using prepared = detail::prepared<F, K, Params...>;
  using options = std::conditional_t<K == detail::kind::task, task_options, flow_options>;

 public:
  callable(detail::definition_ptr d_, std::shared_ptr<const F> f_, std::tuple<Params...> p_)
      : base(std::move(d_), std::move(f_), std::move(p_)) {}

  /// The same task or flow with some options changed; those left unset stay as they were.
  callable with(const options& o) const {
    return callable(detail::redefine(*this->definition(), o), this->body(), this->params());
  }
  /// Runs it in this runtime, which the caller keeps alive.
  prepared on(weir::runtime& rt) const { return prepared(*this).on(rt); }
  /// With what belongs to one run: a name, tags.
  prepared as(run_options o) const { return prepared(*this).as(std::move(o)); }
};

namespace detail {

inline param_info info_of(const arg& a) { return {a.name, false, a.is_secret}; }
template <class T>
param_info info_of(const arg_default<T>& a) {
  return {a.name, true, a.is_secret};
}

template <class P, class A>
consteval bool default_is_fine() {
  if constexpr (is_default<A>::value) return default_fits<std::decay_t<P>, decltype(A::value)>;
  else return true;
}

/// What can be wrong with a body and its names, as far as types tell.
enum class mistake { none, no_object, no_signature, no_arg, count, changes_itself, bad_default, result, json_header };

template <class F, class... P>
consteval mistake find_mistake() {
  if constexpr (std::is_member_function_pointer_v<F>) return mistake::no_object;
  else if constexpr (!introspectable<F>) return mistake::no_signature;
  else if constexpr (!(is_parameter<P> && ...)) return mistake::no_arg;
  else if constexpr (sizeof...(P) != 0 && sizeof...(P) != signature_of<F>::arity) return mistake::count;
  else
    return []<class... Q>(list<Q...>) {
      using R = std::remove_cvref_t<typename signature_of<F>::result>;
      if constexpr (!std::is_invocable_v<const F&, Q...>) return mistake::changes_itself;
      else if constexpr (!std::is_void_v<R> && !std::is_constructible_v<R, typename signature_of<F>::result>)
        return mistake::result;
      else if constexpr (needs_json_header<R> || (needs_json_header<std::remove_cvref_t<Q>> || ...))
        return mistake::json_header;
      else if constexpr (sizeof...(P) == 0) return mistake::none;
      else return (default_is_fine<Q, P>() && ...) ? mistake::none : mistake::bad_default;
    }(typename signature_of<F>::params{});
}

/// What make() gives where it said what is wrong, so that no further errors hide its words.
struct mistaken {};

template <kind K, class Options, class F, class... P>
auto make(const named_place& place, Options options, F body, P... params) {
  constexpr auto found = find_mistake<F, P...>();
  static_assert(
      found != mistake::no_object,
      "weir: a pointer to a member function has no object to be called on; bind it: [&obj](int x) { return obj.f(x); }");
  static_assert(
      found != mistake::no_signature,
      "weir: the body must have one plain operator(): for a generic lambda, an overloaded functor or std::bind_front give the "
      "signature: weir::task<int(std::string)>(...). (If an error inside the body is reported above, that is the cause.)");
  static_assert(found != mistake::no_arg,
                "weir: after the body come only weir::arg(\"name\") and weir::arg(\"name\") = default");
  static_assert(found != mistake::count, "weir: name every parameter of the callable with weir::arg, or none");
  static_assert(
      found != mistake::changes_itself,
      "weir: the body changes its own captures (a mutable lambda), but runs may overlap and repeat: keep the state in a "
      "std::shared_ptr, an atomic or a parameter");
  static_assert(
      found != mistake::result,
      "weir: what the body returns must be something that can be moved or copied; return a pointer or a std::unique_ptr to it");
  static_assert(
      found != mistake::json_header,
      "weir: a parameter or result is recorded through nlohmann::json: include <nlohmann/json.hpp> before wrapping "
      "the task or flow");
  static_assert(found != mistake::bad_default,
                "weir: the default given with weir::arg(\"name\") = value does not convert to its parameter");
  if constexpr (found == mistake::none) {
    auto d = define(place, std::move(options), {info_of(params)...},
                    body_of<typename shape<F, P...>::result>(typename signature_of<F>::params{}));
    return callable<F, K, P...>(std::move(d), std::make_shared<const F>(std::move(body)),
                                std::tuple<P...>(std::move(params)...));
  } else {
    return mistaken{};
  }
}

// Keeps braces and options from being taken for a body.
template <class F>
concept body_type = !std::is_function_v<F> && !std::is_same_v<F, task_options> && !std::is_same_v<F, flow_options>;

}  // namespace detail

/// A task: a step whose runs are recorded, retried and timed.
///
/// \param place    its name: any text without control characters, at most 200 bytes. Two tasks of one name share it in the
///                 record; indices then count both.
/// \param options  see task_options
/// \param body     a lambda, function or functor. Called const, perhaps from several threads.
/// \param params   weir::arg for each of its parameters, or none (then the record says arg0, arg1, ...)
template <detail::body_type F, class... P>
auto task(const detail::named_place& place, task_options options, F body, P... params) {
  return detail::make<detail::kind::task>(place, std::move(options), std::move(body), std::move(params)...);
}
template <detail::body_type F, class... P>
auto task(const detail::named_place& place, F body, P... params) {
  return detail::make<detail::kind::task>(place, task_options{}, std::move(body), std::move(params)...);
}

/// A flow: a function whose run is the parent of the tasks and flows that it calls. As task(); names must not contain
/// any of / % & < > (they become parts of paths and addresses).
template <detail::body_type F, class... P>
auto flow(const detail::named_place& place, flow_options options, F body, P... params) {
  return detail::make<detail::kind::flow>(place, std::move(options), std::move(body), std::move(params)...);
}
template <detail::body_type F, class... P>
auto flow(const detail::named_place& place, F body, P... params) {
  return detail::make<detail::kind::flow>(place, flow_options{}, std::move(body), std::move(params)...);
}

namespace detail {
/// A body whose signature was given. The first constructor picks one of several overloaded functions.
template <class Signature>
struct body {
  function<Signature> f;
  body(Signature* f_) : f(f_) {}
  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, body> && std::is_constructible_v<function<Signature>, F>)
  body(F&& f_) : f(std::forward<F>(f_)) {}
};
}  // namespace detail

/// With the signature given: for generic lambdas, overloaded functions and functors, std::bind_front.
///   weir::task<double(double)>("root", [](auto x) { return std::sqrt(x); })
template <class Signature, class... P>
  requires std::is_function_v<Signature>
auto task(const detail::named_place& place, task_options options, std::type_identity_t<detail::body<Signature>> body,
          P... params) {
  return detail::make<detail::kind::task>(place, std::move(options), std::move(body.f), std::move(params)...);
}
template <class Signature, class... P>
  requires std::is_function_v<Signature>
auto task(const detail::named_place& place, std::type_identity_t<detail::body<Signature>> body, P... params) {
  return detail::make<detail::kind::task>(place, task_options{}, std::move(body.f), std::move(params)...);
}
template <class Signature, class... P>
  requires std::is_function_v<Signature>
auto flow(const detail::named_place& place, flow_options options, std::type_identity_t<detail::body<Signature>> body,
          P... params) {
  return detail::make<detail::kind::flow>(place, std::move(options), std::move(body.f), std::move(params)...);
}
template <class Signature, class... P>
  requires std::is_function_v<Signature>
auto flow(const detail::named_place& place, std::type_identity_t<detail::body<Signature>> body, P... params) {
  return detail::make<detail::kind::flow>(place, flow_options{}, std::move(body.f), std::move(params)...);
}

/// A task whose type can be written down: for members, parameters, tables of tasks. Made from any task with this
/// signature; all arguments must then be given.
template <class Signature>
class task_of;
template <class R, class... A>
class task_of<R(A...)> : public callable<detail::function<R(A...)>, detail::kind::task> {
  using base = callable<detail::function<R(A...)>, detail::kind::task>;

 public:
  template <class F, class... P>
    requires std::is_invocable_r_v<R, const F&, A...>
  task_of(const callable<F, detail::kind::task, P...>& t_)
      : base(t_.definition(), std::make_shared<const detail::function<R(A...)>>([f = t_.body()](A... args) -> R {
               return (*f)(std::forward<A>(args)...);
             }),
             {}) {}
};

}  // namespace weir::inline v0
