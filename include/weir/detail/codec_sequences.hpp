// Codecs of ranges and arrays.

#pragma once

#include <weir/detail/codec_containers.hpp>

#include <array>

namespace weir::inline v0 {

template <class T>
  requires(detail::sequence_like<T> && !detail::has_to_json<T>)
struct codec<T> {
  static constexpr bool never_null = true;
  using element = std::remove_cv_t<typename T::value_type>;
  static constexpr bool as_row = detail::numeric_row<T>;

  static void write(json_writer& w, const T& v)
    requires has_codec<element>
  {
    if constexpr (as_row) {
      detail::write_numbers<element>(w, v.data(), v.size());
    } else {
      w.begin_array();
      const auto write_one = [](json_writer& to, const element& e_) { codec<element>::write(to, e_); };
      detail::write_each(w, v, write_one, [&](const element& e_) { write_one(w, e_); });
      w.end_array();
    }
  }
  static T read(json_reader r)
    requires(has_reader<element> && std::is_default_constructible_v<T> &&
             requires(T& t, element e) { t.insert(t.end(), std::move(e)); })
  {
    T out{};
    if constexpr (as_row && requires { out.resize(1); }) {
      if (r.is_bytes()) {
        const auto size = r.bytes_size(detail::dtype_of<element>());
        if (size % sizeof(element) != 0) detail::out_of_range(r, detail::type_name<T>());
        out.resize(size / sizeof(element));
        r.bytes_to(std::as_writable_bytes(std::span<element>(out.data(), out.size())));
        return out;
      }
    }
    const auto n = detail::array_size(r);
    if constexpr (requires { out.reserve(n); }) out.reserve(n);
    for (std::size_t i = 0; i != n; ++i) out.insert(out.end(), codec<element>::read(r.at(i)));
    return out;
  }
  static json_schema schema() {
    if constexpr (as_row) return detail::row_schema(schema_of<element>(), detail::dtype_of<element>(), std::nullopt);
    else return json_schema::array_of(schema_of<element>());
  }
};

/// std::array: as many elements as it has.
template <class E, std::size_t N>
  requires requires { std::tuple_size<std::array<E, N>>::value; }
struct codec<std::array<E, N>> {
  static constexpr bool never_null = true;

  static void write(json_writer& w, const std::array<E, N>& v)
    requires has_codec<E>
  {
    if constexpr (detail::numeric<E>) {
      detail::write_numbers<E>(w, v.data(), N);
    } else {
      w.begin_array();
      detail::write_each(w, v, 0, [&](const E& e) { codec<E>::write(w, e); });
      w.end_array();
    }
  }
  static std::array<E, N> read(json_reader r)
    requires has_reader<E>
  {
    if constexpr (detail::numeric<E>) {
      if (r.is_bytes()) {
        std::array<E, N> out{};
        if (r.bytes_size(detail::dtype_of<E>()) != sizeof(E) * N)
          detail::out_of_range(r, detail::type_name<std::array<E, N>>());
        r.bytes_to(std::as_writable_bytes(std::span(out)));
        return out;
      }
    }
    detail::expect_elements(r, N);
    if constexpr (std::is_default_constructible_v<E>) {
      std::array<E, N> out{};
      for (std::size_t i = 0; i != N; ++i) out[i] = codec<E>::read(r.at(i));
      return out;
    } else {
      return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<E, N>{codec<E>::read(r.at(I))...};
      }(std::make_index_sequence<N>{});
    }
  }
  static json_schema schema() {
    if constexpr (detail::numeric<E>) return detail::row_schema(schema_of<E>(), detail::dtype_of<E>(), N);
    else return json_schema::array_of(schema_of<E>(), N);
  }
};

}  // namespace weir::inline v0
