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
  explicit prepared(const Callable& c) : base(c.definition(), c.body(), c.params()) {}

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
  callable(detail::definition_ptr d, std::shared_ptr<const F> body, std::tuple<Params...> params)
      : base(std::move(d), std::move(body), std::move(params)) {}

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

template <class F, class... P>
consteval void check() {
  static_assert(
      !std::is_member_function_pointer_v<F>,
      "weir: a pointer to a member function has no object to be called on; bind it: [&obj](int x) { return obj.f(x); }");
  static_assert(
      introspectable<F>,
      "weir: the body must have one plain operator(): for a generic lambda, an overloaded functor or std::bind_front give the "
      "signature: weir::task<int(std::string)>(...). (If an error inside the body is reported above, that is the cause.)");
  if constexpr (introspectable<F> && !std::is_member_function_pointer_v<F>) {
    []<class... Q>(list<Q...>) {
      static_assert(
          std::is_invocable_v<const F&, Q...>,
          "weir: the body changes its own captures (a mutable lambda), but runs may overlap and repeat: keep the state in a "
          "std::shared_ptr, an atomic or a parameter");
    }(typename signature_of<F>::params{});
    static_assert((is_parameter<P> && ...),
                  "weir: after the body come only weir::arg(\"name\") and weir::arg(\"name\") = default");
    static_assert(sizeof...(P) == 0 || sizeof...(P) == signature_of<F>::arity,
                  "weir: name every parameter of the callable with weir::arg, or none");
    if constexpr (sizeof...(P) == signature_of<F>::arity && (is_parameter<P> && ...)) {
      []<class... Q>(list<Q...>) {
        static_assert((default_is_fine<Q, P>() && ...),
                      "weir: the default given with weir::arg(\"name\") = value does not convert to its parameter");
      }(typename signature_of<F>::params{});
    }
  }
}

template <class F, class... P>
concept well_formed = introspectable<F> && !std::is_member_function_pointer_v<F> && (is_parameter<P> && ...) &&
                      (sizeof...(P) == 0 || sizeof...(P) == signature_of<F>::arity);

template <kind K, class Options, class F, class... P>
auto make(const named_place& place, Options options, F body, P... params) {
  check<F, P...>();
  if constexpr (well_formed<F, P...>) {
    auto d = define(place, std::move(options), {info_of(params)...},
                    body_of<typename shape<F, P...>::result>(typename signature_of<F>::params{}));
    return callable<F, K, P...>(std::move(d), std::make_shared<const F>(std::move(body)),
                                std::tuple<P...>(std::move(params)...));
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
  body(Signature* p) : f(p) {}
  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, body> && std::is_constructible_v<function<Signature>, F>)
  body(F&& b) : f(std::forward<F>(b)) {}
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
