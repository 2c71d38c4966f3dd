// Random values of nested types, and whether two of them are the same: for tests that hold for every value.

#pragma once

#include "support/catch2.hpp"

#include <chrono>
#include <cmath>
#include <concepts>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <variant>

namespace weir::testing {

/// The first seed of a property test: WEIR_SEED, to repeat what failed, else 1. Write INFO("seed " << seed) in the loop.
inline std::uint64_t first_seed() {
  const char* given = std::getenv("WEIR_SEED");
  return given ? std::strtoull(given, nullptr, 10) : 1;
}

class random_source {
 public:
  explicit random_source(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t bits() { return engine_(); }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(engine_() % n); }
  bool one_in(std::size_t n) { return below(n) == 0; }
  /// Mostly short; now and then long enough for another form.
  std::size_t length() { return one_in(40) ? 500 + below(1000) : one_in(8) ? 30 + below(6) : below(5); }

  template <std::integral T>
  T integer() {
    constexpr T edges[] = {0, 1, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()};
    if (one_in(3)) return edges[below(4)];
    return static_cast<T>(bits() >> below(64));
  }
  template <std::floating_point T>
  T number() {
    using limits = std::numeric_limits<T>;
    const T edges[] = {0,
                       -T(0),
                       1,
                       limits::infinity(),
                       -limits::infinity(),
                       limits::quiet_NaN(),
                       limits::max(),
                       limits::min(),
                       limits::denorm_min(),
                       T(0.1)};
    if (one_in(3)) return edges[below(std::size(edges))];
    using word = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    const auto word_bits = static_cast<word>(bits());
    T value;
    std::memcpy(&value, &word_bits, sizeof value);
    return std::isnan(value) ? limits::quiet_NaN() : value;  // JSON text keeps no payload of a NaN
  }
  /// Any bytes, also what is not UTF-8.
  std::string text() {
    static const std::string parts[] = {
        "a", "\"", "\\", "\n", "\x01", "\x7f", std::string(1, '\0'), "\xc3\xa9", "\xf0\x9f\x8c\x8a", "weir"};
    static const std::string broken[] = {"\xff", "\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc0\xaf"};
    std::string out;
    const bool valid = !one_in(4);
    for (auto n = length() + (one_in(50) ? 5000 : 0); n > 0; --n)
      out += valid || !one_in(3) ? parts[below(std::size(parts))] : broken[below(std::size(broken))];
    return out;
  }

 private:
  std::mt19937_64 engine_;
};

template <class T>
struct random_value;
template <class T>
T any(random_source& r) {
  return random_value<T>::make(r);
}

template <std::integral T>
struct random_value<T> {
  static T make(random_source& r) { return r.integer<T>(); }
};
template <>
struct random_value<bool> {
  static bool make(random_source& r) { return r.one_in(2); }
};
template <std::floating_point T>
struct random_value<T> {
  static T make(random_source& r) { return r.number<T>(); }
};
template <class T>
  requires std::is_enum_v<T>
struct random_value<T> {
  static T make(random_source& r) { return static_cast<T>(any<std::underlying_type_t<T>>(r)); }
};
template <>
struct random_value<std::string> {
  static std::string make(random_source& r) { return r.text(); }
};
template <>
struct random_value<std::filesystem::path> {
  static std::filesystem::path make(random_source& r) { return r.text(); }
};
template <>
struct random_value<std::monostate> {
  static std::monostate make(random_source&) { return {}; }
};
template <class Rep, class Period>
struct random_value<std::chrono::duration<Rep, Period>> {
  static std::chrono::duration<Rep, Period> make(random_source& r) {
    return std::chrono::duration<Rep, Period>(any<Rep>(r));
  }
};
template <class Clock, class D>
struct random_value<std::chrono::time_point<Clock, D>> {
  static std::chrono::time_point<Clock, D> make(random_source& r) {
    return std::chrono::time_point<Clock, D>(any<D>(r));
  }
};
template <>
struct random_value<std::chrono::year_month_day> {
  static std::chrono::year_month_day make(random_source& r) {
    return std::chrono::year(any<std::int16_t>(r)) / static_cast<int>(r.below(14)) / static_cast<int>(r.below(33));
  }
};
template <class T>
struct random_value<std::optional<T>> {
  static std::optional<T> make(random_source& r) {
    return r.one_in(3) ? std::optional<T>() : std::optional<T>(any<T>(r));
  }
};
template <class A, class B>
struct random_value<std::pair<A, B>> {
  static std::pair<A, B> make(random_source& r) { return {any<std::remove_const_t<A>>(r), any<B>(r)}; }
};
template <class... T>
struct random_value<std::tuple<T...>> {
  static std::tuple<T...> make([[maybe_unused]] random_source& r) { return std::tuple<T...>{any<T>(r)...}; }
};
template <class... T>
struct random_value<std::variant<T...>> {
  static std::variant<T...> make(random_source& r) { return from<0>(r, r.below(sizeof...(T))); }
  template <std::size_t I>
  static std::variant<T...> from(random_source& r, std::size_t index) {
    if constexpr (I + 1 < sizeof...(T))
      if (index != I) return from<I + 1>(r, index);
    return std::variant<T...>(std::in_place_index<I>, any<std::variant_alternative_t<I, std::variant<T...>>>(r));
  }
};
template <class T, std::size_t N>
struct random_value<std::array<T, N>> {
  static std::array<T, N> make(random_source& r) {
    std::array<T, N> out;
    for (auto& e : out) e = any<T>(r);
    return out;
  }
};
/// Everything else that has elements: sequences, sets, maps.
template <class T>
  requires requires(T& t) { t.insert(t.end(), std::declval<typename T::value_type>()); }
struct random_value<T> {
  static T make(random_source& r) {
    T out;
    for (auto n = r.length(); n > 0; --n) out.insert(out.end(), any<typename T::value_type>(r));
    return out;
  }
};

/// Equal, where a NaN equals a NaN and 0.0 does not equal -0.0.
template <class T>
bool same(const T& a, const T& b) {
  if constexpr (std::floating_point<T>) {
    return std::isnan(a) ? std::isnan(b) : a == b && std::signbit(a) == std::signbit(b);
  } else if constexpr (std::same_as<T, std::string> || std::same_as<T, std::filesystem::path>) {
    return a == b;
  } else if constexpr (requires { a.has_value(); }) {
    return a.has_value() == b.has_value() && (!a || same(*a, *b));
  } else if constexpr (requires { a.valueless_by_exception(); }) {
    return a.index() == b.index() && std::visit(
                                         [](const auto& x, const auto& y) {
                                           if constexpr (std::same_as<decltype(x), decltype(y)>) return same(x, y);
                                           else return false;
                                         },
                                         a, b);
  } else if constexpr (requires { typename T::hasher; }) {
    return a == b;  // tests take no floating-point numbers here
  } else if constexpr (requires { a.begin(); }) {
    if (a.size() != b.size()) return false;
    for (auto i = a.begin(), j = b.begin(); i != a.end(); ++i, ++j)
      if (!same<typename T::value_type>(*i, *j)) return false;
    return true;
  } else if constexpr (requires { std::tuple_size<T>::value; }) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return (same(std::get<I>(a), std::get<I>(b)) && ...);
    }(std::make_index_sequence<std::tuple_size_v<T>>{});
  } else if constexpr (requires { a.time_since_epoch(); }) {
    return same(a.time_since_epoch(), b.time_since_epoch());
  } else if constexpr (requires { a.count(); }) {
    return same(a.count(), b.count());
  } else {
    return a == b;
  }
}

}  // namespace weir::testing
