// Codecs of numbers, enums, texts and paths.

#pragma once

#include <weir/detail/codec_traits.hpp>

#include <limits>

namespace weir::inline v0 {

template <class T>
  requires(detail::number_like<T> && !detail::has_to_json<T>)
struct codec<T> {
  static constexpr bool never_null = true;

  static void write(json_writer& w, T v) {
    if constexpr (std::is_enum_v<T>)
      codec<std::underlying_type_t<T>>::write(w, static_cast<std::underlying_type_t<T>>(v));
    else if constexpr (std::same_as<T, bool>) w.boolean(v);
    else if constexpr (std::is_floating_point_v<T>) w.number(v);
    else if constexpr (std::is_unsigned_v<T>) w.unsigned_integer(v);
    else w.integer(v);
  }

  static T read(json_reader r) {
    if constexpr (std::is_enum_v<T>) {
      return static_cast<T>(codec<std::underlying_type_t<T>>::read(r));
    } else if constexpr (std::same_as<T, bool>) {
      return r.boolean();
    } else if constexpr (std::is_floating_point_v<T>) {
      return static_cast<T>(r.number());
    } else {
      const auto v = [&] {
        if constexpr (std::is_unsigned_v<T>) return r.unsigned_integer();
        else return r.integer();
      }();
      if (v < std::numeric_limits<T>::min() || v > std::numeric_limits<T>::max())
        detail::out_of_range(r, detail::type_name<T>());
      return static_cast<T>(v);
    }
  }

  static json_schema schema() {
    if constexpr (std::is_enum_v<T>) return codec<std::underlying_type_t<T>>::schema();
    else if constexpr (std::same_as<T, bool>) return json_schema::boolean();
    else if constexpr (std::is_floating_point_v<T>) return json_schema::real();
    else return json_schema::integer(std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
  }
};

template <class T>
  requires(detail::text_like<T> && !detail::has_to_json<T>)
struct codec<T> {
  static constexpr bool never_null = !std::is_pointer_v<T>;

  static void write(json_writer& w, const T& v) {
    if constexpr (std::is_pointer_v<T>) {
      if (!v) return w.null();
    }
    w.text(v);
  }
  static T read(json_reader r)
    requires(requires { typename T::allocator_type; } && std::is_constructible_v<T, std::string_view>)  // no views
  {
    if constexpr (std::same_as<T, std::string>) return r.text();
    else return T(std::string_view(r.text()));
  }
  static json_schema schema() {
    if constexpr (std::is_pointer_v<T>) return json_schema::nullable(json_schema::any_text());
    else return json_schema::any_text();
  }
};

template <class T>
  requires(detail::path_like<T> && !detail::has_to_json<T>)
struct codec<T> {
  static constexpr bool never_null = true;
  static void write(json_writer& w, const T& v) { w.text(v.generic_string()); }
  static T read(json_reader r) { return T(r.text()); }
  static json_schema schema() { return json_schema::any_text(); }
};

}  // namespace weir::inline v0
