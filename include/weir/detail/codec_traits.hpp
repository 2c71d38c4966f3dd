// Which of the built-in codecs is a type's.

#pragma once

#include <weir/json_text.hpp>

#include <nlohmann/json_fwd.hpp>

#include <bit>
#include <concepts>
#include <type_traits>

namespace weir::inline v0 {

/// Values of this type are recorded as values, not as the name of the type.
template <class T>
concept has_codec = requires(json_writer& w, const T& v) { codec<T>::write(w, v); };
template <class T>
concept has_reader = requires(json_reader r) { codec<T>::read(r); };

template <class T>
json_schema schema_of() {
  if constexpr (requires { codec<T>::schema(); }) return codec<T>::schema();
  else return json_schema::any();
}

namespace detail {

// json_fwd.hpp is enough to ask whether a type has to_json, because the json type is made dependent: the answer is the
// same in every translation unit, whichever header came first, and json.hpp is needed only where such a type is wrapped.
template <class T>
struct json_for {
  using type = nlohmann::json;
  using ordered = nlohmann::ordered_json;
};
template <class T>
using json_t = typename json_for<T>::type;
template <class T>
concept is_json = std::same_as<T, json_t<T>>;
template <class T>
concept is_ordered_json = std::same_as<T, typename json_for<T>::ordered>;

namespace adl {
void to_json();  // these block ordinary lookup and leave the argument-dependent one
void from_json();
template <class T>
concept has_to_json = requires(json_t<T>& j, const T& v) { to_json(j, v); };
template <class T>
concept has_from_json = requires(const json_t<T>& j, T& v) { from_json(j, v); };
}  // namespace adl
using adl::has_from_json;
using adl::has_to_json;

template <class T>
concept complete = requires { sizeof(T); };
template <class T>
concept needs_json_header = has_to_json<T> && !is_json<T> && !is_ordered_json<T> && !complete<json_t<T>>;

template <class T>
concept floating_point = std::same_as<T, float> || std::same_as<T, double>;
/// long double is not among them: its text would lose digits, and its bytes mean something else on every machine.
template <class T>
concept number_like = floating_point<T> || (std::is_integral_v<T> && sizeof(T) <= 8) || std::is_enum_v<T>;
/// What may lie in a row as bytes.
template <class T>
concept numeric = (number_like<T> && !std::is_enum_v<T> && !std::same_as<T, bool>) || std::same_as<T, std::byte>;

template <class T>
concept text_like = std::same_as<T, const char*> || std::same_as<T, char*> ||
                    (requires { typename T::traits_type; } && std::convertible_to<const T&, std::string_view>);
template <class T>
concept path_like = requires(const T& t) {
  t.generic_string();
  t.lexically_normal();
};
template <class T>
concept map_like = requires(const T& t) {
  typename T::key_type;
  typename T::mapped_type;
  t.begin();
  t.end();
};
template <class T>
concept sequence_like = !map_like<T> && !path_like<T> && !is_json<T> && !is_ordered_json<T> &&
                        !std::convertible_to<const T&, std::string_view> && requires(const T& t) {
                          t.begin();
                          t.end();
                        } && requires { requires !std::same_as<typename T::value_type, T>; };
/// A row of numbers in memory.
template <class T>
concept numeric_row = requires(const T& t) {
  requires numeric<typename T::value_type>;
  { t.data() } -> std::convertible_to<const typename T::value_type*>;
  { t.size() } -> std::convertible_to<std::size_t>;
};
template <class T>
concept unordered = requires { typename T::hasher; };
template <class T>
concept unique_keys = requires(T& t, const typename T::key_type& k) { t.at(k); };
template <class T>
concept sized = requires(const T& t) {
  { t.size() } -> std::convertible_to<std::size_t>;
};

/// What numpy calls a number in memory: "<f8", "<i4", "|u1".
template <class E>
inline constexpr char dtype_text[3] = {sizeof(E) == 1                               ? '|'
                                       : std::endian::native == std::endian::little ? '<'
                                                                                    : '>',
                                       std::is_floating_point_v<E>                 ? 'f'
                                       : std::is_signed_v<E> && !std::is_enum_v<E> ? 'i'
                                                                                   : 'u',
                                       static_cast<char>('0' + sizeof(E))};
template <class E>
constexpr std::string_view dtype_of() {
  return {dtype_text<E>, 3};
}

[[noreturn]] WEIR_EXPORT void out_of_range(const json_reader&, std::string_view type);

/// The name of a type as the compiler writes it, but for the one that everybody has and nobody knows by that.
template <class T>
constexpr std::string_view type_name() {
  if (std::is_same_v<T, std::string>) return "std::string";
  std::string_view text = __PRETTY_FUNCTION__;
  text.remove_prefix(text.find("T = ") + 4);
  return text.substr(0, text.find_first_of(";]"));
}

}  // namespace detail
}  // namespace weir::inline v0
