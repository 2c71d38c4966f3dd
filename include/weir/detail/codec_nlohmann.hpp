// Codecs of nlohmann::json and of the types that have its to_json and from_json.

#pragma once

#include <weir/detail/codec_traits.hpp>

namespace weir::inline v0 {
namespace detail {

/// A const nlohmann::json*, stopping at the budget. What JSON text cannot say (NaN, strings that are not UTF-8, binary
/// values) is written so that read_json gives the same value.
WEIR_EXPORT void write_json(json_writer&, const void* value);
/// \param value  a nlohmann::json*
WEIR_EXPORT void read_json(const json_reader&, void* value);
WEIR_EXPORT void write_ordered_json(json_writer&, const void* value);
[[noreturn]] WEIR_EXPORT void bad_json(std::string_view type, const char* what);

}  // namespace detail

template <class T>
  requires(detail::is_json<T>)
struct codec<T> {
  static void write(json_writer& w, const T& v) { detail::write_json(w, &v); }
  static T read(json_reader r) {
    T v;
    detail::read_json(r, &v);
    return v;
  }
};

/// Written, but not read: the parsed text does not know the order of members any more.
template <class T>
  requires(detail::is_ordered_json<T>)
struct codec<T> {
  static void write(json_writer& w, const T& v) { detail::write_ordered_json(w, &v); }
};

template <class T>
  requires(detail::has_to_json<T> && !detail::is_json<T> && !detail::is_ordered_json<T>)
struct codec<T> {
  using json = detail::json_t<T>;
  static void write(json_writer& w, const T& v) {
    static_assert(
        detail::complete<json>,
        "weir: this type is recorded through nlohmann::json: include <nlohmann/json.hpp> before wrapping the task");
    if constexpr (detail::complete<json>) {
      json j;
      to_json(j, v);
      detail::write_json(w, &j);
    }
  }
  static T read(json_reader r)
    requires(detail::has_from_json<T> && std::is_default_constructible_v<T>)
  {
    T v{};
    try {
      if (r.document() && r.document()->is_plain()) {
        from_json(*static_cast<const json*>(r.nlohmann()), v);
      } else {
        json decoded;
        detail::read_json(r, &decoded);
        from_json(decoded, v);
      }
    } catch (const typename json::exception& e) {
      detail::bad_json(detail::type_name<T>(), e.what());
    }
    return v;
  }
};

}  // namespace weir::inline v0
