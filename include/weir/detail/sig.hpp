// The signature of a callable, for bodies, retry conditions and delay functions.

#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>

namespace weir::inline v0::detail {

template <class...>
struct list {};

// The primary template is defined, so that "has this a signature?" answers no and our own message comes first.
template <class F>
struct signature {};
template <class R, class... A>
struct signature<R(A...)> {
  using result = R;
  using params = list<A...>;
  using args = std::tuple<std::decay_t<A>...>;
  static constexpr std::size_t arity = sizeof...(A);
};
template <class R, class... A>
struct signature<R(A...) noexcept> : signature<R(A...)> {};
template <class R, class... A>
struct signature<R (*)(A...)> : signature<R(A...)> {};
template <class R, class... A>
struct signature<R (*)(A...) noexcept> : signature<R(A...)> {};
template <class R, class C, class... A>
struct signature<R (C::*)(A...)> : signature<R(A...)> {};
template <class R, class C, class... A>
struct signature<R (C::*)(A...) const> : signature<R(A...)> {};
template <class R, class C, class... A>
struct signature<R (C::*)(A...) const&> : signature<R(A...)> {};
template <class R, class C, class... A>
struct signature<R (C::*)(A...) noexcept> : signature<R(A...)> {};
template <class R, class C, class... A>
struct signature<R (C::*)(A...) const noexcept> : signature<R(A...)> {};
template <class R, class C, class... A>
struct signature<R (C::*)(A...) const & noexcept> : signature<R(A...)> {};

template <class F>
concept has_call_operator = requires { &F::operator(); };

template <class F>
struct signature_of : signature<F> {};
template <has_call_operator F>
struct signature_of<F> : signature<decltype(&F::operator())> {};

/// A function pointer, a functor or a lambda with one plain call operator.
template <class F>
concept introspectable = requires { typename signature_of<F>::result; };

}  // namespace weir::inline v0::detail
