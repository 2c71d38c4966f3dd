// From a body and its arguments to a frame: how arguments are bound, defaults filled in and results handed out.

#pragma once

#include <weir/outcome.hpp>

namespace weir::inline v0::detail {

template <class T>
struct is_default : std::false_type {};
template <class T>
struct is_default<arg_default<T>> : std::true_type {};
template <class T>
inline constexpr bool is_parameter = std::is_same_v<T, arg> || is_default<T>::value;

template <class P, class T>
inline constexpr bool default_fits = std::is_convertible_v<const T&, P>;
template <class P, class E>
inline constexpr bool default_fits<P, listed<E>> =
    std::is_same_v<E, nothing>
        ? std::is_default_constructible_v<P>
        : std::is_constructible_v<P, typename std::vector<E>::const_iterator, typename std::vector<E>::const_iterator>;

template <class P, class T>
P make_default(const T& value) {
  return static_cast<P>(value);
}
template <class P, class E>
P make_default(const listed<E>& value) {
  if constexpr (std::is_same_v<E, nothing>) return P{};
  else return P(value.items.begin(), value.items.end());
}

/// Gives a bound argument to a parameter of type P. References go through; what the body takes over (by value or by &&)
/// is moved on the last attempt and copied before.
template <class P, class T>
decltype(auto) pass(T& held, [[maybe_unused]] bool last_attempt) {
  using value = std::remove_cvref_t<P>;
  if constexpr (std::is_lvalue_reference_v<P>) {
    return static_cast<P>(held);
  } else if constexpr (std::is_copy_constructible_v<value>) {
    return last_attempt ? value(std::move(held)) : value(held);
  } else {
    return static_cast<value&&>(held);  // the definition refused retries
  }
}

/// The argument of a direct call: bound by reference, nothing is copied.
template <class P>
struct given {
  std::remove_reference_t<P>& held;
};
/// The default of an argument that was left out.
template <class P>
struct left_out {
  std::decay_t<P> held;
};

/// One direct call: lives on the caller's stack.
template <class F, class R, class Slots, class Params>
struct frame;
template <class F, class R, class... Slot, class... P>
struct frame<F, R, list<Slot...>, list<P...>> {
  const F& body;
  std::tuple<Slot...> slots;
  std::optional<std::conditional_t<std::is_void_v<R>, nothing, R>> result{};

  static bool write_parameters(const void* self, std::span<const param_info> params, json_writer& w) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      [[maybe_unused]] const auto& slots_ = static_cast<const frame*>(self)->slots;
      bool complete = true;
      ((complete &= write_parameter<std::remove_cvref_t<P>>(w, params[I], std::get<I>(slots_).held)), ...);
      return complete;
    }(std::index_sequence_for<P...>{});
  }
  static void invoke(void* self, [[maybe_unused]] bool last_attempt) {
    auto& f = *static_cast<frame*>(self);
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      if constexpr (std::is_void_v<R>) f.body(pass<P>(std::get<I>(f.slots).held, last_attempt)...);
      else f.result.emplace(f.body(pass<P>(std::get<I>(f.slots).held, last_attempt)...));
    }(std::index_sequence_for<P...>{});
  }
  static void write_argument(const void* self, std::size_t parameter, json_writer& w) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      [[maybe_unused]] const auto& slots_ = static_cast<const frame*>(self)->slots;
      (void)((I == parameter && (write_value<std::remove_cvref_t<P>>(w, std::get<I>(slots_).held), true)) || ...);
    }(std::index_sequence_for<P...>{});
  }
  static void arguments(const void* self, [[maybe_unused]] const void** out) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      [[maybe_unused]] const auto& slots_ = static_cast<const frame*>(self)->slots;
      ((out[I] = std::addressof(static_cast<const std::remove_cvref_t<P>&>(std::get<I>(slots_).held))), ...);
    }(std::index_sequence_for<P...>{});
  }
  static void write_result(const void* self, json_writer& w) {
    if constexpr (std::is_void_v<R>) w.null();
    else write_value<R>(w, *static_cast<const frame*>(self)->result);
  }
  static void read_result(void* self, [[maybe_unused]] json_reader r) {
    auto& result = static_cast<frame*>(self)->result;
    if constexpr (std::is_void_v<R>) result.emplace();
    else if constexpr (has_reader<R>) result.emplace(codec<R>::read(r));
  }
  static constexpr frame_ops ops{&write_parameters, &invoke, &write_argument, &arguments, &write_result, &read_result};
};

template <class T>
consteval type_info info_of_type() {
  if constexpr (std::is_void_v<T>) return {"void", true, true};
  else return {type_name<T>(), has_codec<T>, has_reader<T>};
}
template <class... P>
inline constexpr std::array<type_info, sizeof...(P)> parameter_types{info_of_type<std::remove_cvref_t<P>>()...};

template <class... P>
void collect_schemas(std::vector<json_schema>& out) {
  (out.push_back(schema_of<std::remove_cvref_t<P>>()), ...);
}

template <class P>
consteval bool is_single_use() {
  return !std::is_lvalue_reference_v<P> && !std::is_copy_constructible_v<std::remove_cvref_t<P>>;
}

template <class R, class... P>
consteval body_info body_of(list<P...>) {
  std::size_t at = 0, single_use = 0;
  ((++at, single_use = single_use == 0 && is_single_use<P>() ? at : single_use), ...);
  return {parameter_types<P...>, info_of_type<R>(), single_use, &collect_schemas<P...>};
}

/// The first N of a list of parameters.
template <std::size_t N, class Rest, class Taken = list<>>
struct take;
template <std::size_t N, class Head, class... Tail, class... Taken>
  requires(N > 0)
struct take<N, list<Head, Tail...>, list<Taken...>> : take<N - 1, list<Tail...>, list<Taken..., Head>> {};
template <class Rest, class... Taken>
struct take<0, Rest, list<Taken...>> {
  using type = list<Taken...>;
};

template <std::size_t I, class Params>
struct nth;
template <std::size_t I, class... P>
struct nth<I, list<P...>> : std::tuple_element<I, std::tuple<P...>> {};

/// What the signature and the names of a callable come to.
template <class F, class... Params>
struct shape {
  using params = typename signature_of<F>::params;
  using result = std::remove_cvref_t<typename signature_of<F>::result>;
  static constexpr std::size_t arity = signature_of<F>::arity;
  /// How many arguments must be given: the rest has defaults.
  static constexpr std::size_t required = [] {
    std::size_t n_ = arity;
    if constexpr (sizeof...(Params) == arity && arity > 0) {
      constexpr bool with_default[] = {is_default<Params>::value...};
      while (n_ > 0 && with_default[n_ - 1]) --n_;
    }
    return n_;
  }();
};

// One set of verbs for each number of arguments that may be given. They are plain functions, so that braces and designated
// initialisers work at the call and the compiler's own conversion warnings stay.
template <class Call, kind K, class R, class Params>
struct verbs;
template <class Call, class R, class... P>
struct verbs<Call, kind::task, R, list<P...>> {
  R operator()(P... args) const { return static_cast<const Call&>(*this).template call<R>(given<P>{args}...); }
  /// The bare function: no run, no record, no retries.
  decltype(auto) fn(P... args) const { return static_cast<const Call&>(*this).bare(std::forward<P>(args)...); }
};
template <class Call, class R, class... P>
struct verbs<Call, kind::flow, R, list<P...>> {
  R operator()(P... args) const { return static_cast<const Call&>(*this).template call<R>(given<P>{args}...); }
  /// The bare function: no run, no record, no retries.
  decltype(auto) fn(P... args) const { return static_cast<const Call&>(*this).bare(std::forward<P>(args)...); }
  /// Runs the flow and never throws for what its body did.
  outcome<R> run(P... args) const { return static_cast<const Call&>(*this).template run_to_end<R>(given<P>{args}...); }
};

/// A call with another number of arguments, only for the message.
template <std::size_t Given, std::size_t Required, std::size_t Arity>
consteval void explain_count() {
  static_assert(Given <= Arity, "weir: too many arguments for this task or flow");
  static_assert(Given >= Required,
                "weir: an argument was left out and its parameter has no default; write weir::arg(\"name\") = value");
}

template <class Call, kind K, class R, class Params, std::size_t Required, class Sequence>
struct all_verbs;
template <class Call, class R, class Params, std::size_t Required, std::size_t... I>
struct all_verbs<Call, kind::task, R, Params, Required, std::index_sequence<I...>>
    : verbs<Call, kind::task, R, typename take<Required + I, Params>::type>... {
  using verbs<Call, kind::task, R, typename take<Required + I, Params>::type>::operator()...;
  using verbs<Call, kind::task, R, typename take<Required + I, Params>::type>::fn...;

  template <class... A>
    requires(sizeof...(A) < Required || sizeof...(A) >= Required + sizeof...(I))
  R operator()(A&&...) const {
    explain_count<sizeof...(A), Required, Required + sizeof...(I) - 1>();
  }
};
template <class Call, class R, class Params, std::size_t Required, std::size_t... I>
struct all_verbs<Call, kind::flow, R, Params, Required, std::index_sequence<I...>>
    : verbs<Call, kind::flow, R, typename take<Required + I, Params>::type>... {
  using verbs<Call, kind::flow, R, typename take<Required + I, Params>::type>::operator()...;
  using verbs<Call, kind::flow, R, typename take<Required + I, Params>::type>::fn...;
  using verbs<Call, kind::flow, R, typename take<Required + I, Params>::type>::run...;

  template <class... A>
    requires(sizeof...(A) < Required || sizeof...(A) >= Required + sizeof...(I))
  R operator()(A&&...) const {
    explain_count<sizeof...(A), Required, Required + sizeof...(I) - 1>();
  }
  template <class... A>
    requires(sizeof...(A) < Required || sizeof...(A) >= Required + sizeof...(I))
  outcome<R> run(A&&...) const {
    explain_count<sizeof...(A), Required, Required + sizeof...(I) - 1>();
  }
};

/// A definition, its body and its defaults: what can be called. `Self` is the class that derives from it.
template <class Self, class F, kind K, class... Params>
class callable_base
    : public all_verbs<callable_base<Self, F, K, Params...>, K, typename shape<F, Params...>::result,
                       typename shape<F, Params...>::params, shape<F, Params...>::required,
                       std::make_index_sequence<shape<F, Params...>::arity - shape<F, Params...>::required + 1>> {
  using my_shape = shape<F, Params...>;
  using R = typename my_shape::result;
  using plain_verbs = all_verbs<callable_base, K, R, typename my_shape::params, my_shape::required,
                                std::make_index_sequence<my_shape::arity - my_shape::required + 1>>;

 public:
  using plain_verbs::operator();

  const std::string& name() const noexcept { return name_of(*definition_); }

  // For the library's own templates.
  const definition_ptr& definition() const noexcept { return definition_; }
  const std::shared_ptr<const F>& body() const noexcept { return body_; }
  const std::tuple<Params...>& params() const noexcept { return params_; }

 protected:
  callable_base(definition_ptr d_, std::shared_ptr<const F> f_, std::tuple<Params...> p_)
      : definition_(std::move(d_)), body_(std::move(f_)), params_(std::move(p_)) {}

 private:
  template <class Call, kind, class, class>
  friend struct verbs;

  template <std::size_t I>
  using parameter = typename nth<I, typename my_shape::params>::type;

  template <class Result, class... P>
  Result call(given<P>... args) const {
    auto f = bind<Result>(args...);
    if constexpr (K == kind::task) run_task(*definition_, site(), f.ops, &f);
    else run_flow(*definition_, site(), f.ops, &f);
    if constexpr (!std::is_void_v<Result>) return std::move(*f.result);
  }

  template <class Result, class... P>
  outcome<Result> run_to_end(given<P>... args) const {
    auto f = bind<Result>(args...);
    auto ended = run_flow_to_end(*definition_, site(), f.ops, &f);
    using value = std::conditional_t<std::is_void_v<Result>, nothing, Result>;
    return {std::move(ended), f.result ? std::make_shared<const value>(std::move(*f.result)) : nullptr};
  }

  template <std::size_t I>
  auto default_of() const {
    return make_default<std::decay_t<parameter<I>>>(std::get<I>(params_).value);
  }

  template <class Result, class... P>
  auto bind(given<P>... args) const {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      constexpr std::size_t n_ = sizeof...(P);
      return frame<F, Result, list<given<P>..., left_out<parameter<n_ + I>>...>, typename my_shape::params>{
          *body_, {args..., left_out<parameter<n_ + I>>{default_of<n_ + I>()}...}};
    }(std::make_index_sequence<my_shape::arity - sizeof...(P)>{});
  }

  template <class... A>
  decltype(auto) bare(A&&... args) const {
    return [&]<std::size_t... I>(std::index_sequence<I...>) -> decltype(auto) {
      return (*body_)(std::forward<A>(args)..., default_of<sizeof...(A) + I>()...);
    }(std::make_index_sequence<my_shape::arity - sizeof...(A)>{});
  }

  const call_site* site() const noexcept {
    if constexpr (requires(const Self& s) { s.site_; }) return &static_cast<const Self&>(*this).site_;
    else return nullptr;
  }

  definition_ptr definition_;
  std::shared_ptr<const F> body_;
  [[no_unique_address]] std::tuple<Params...> params_;
};

}  // namespace weir::inline v0::detail
