// The codec of maps: an object where the keys are texts and each occurs once, else an array of pairs.

#pragma once

#include <weir/detail/codec_containers.hpp>

namespace weir::inline v0 {

template <class T>
  requires(detail::map_like<T> && !detail::has_to_json<T>)
struct codec<T> {
  static constexpr bool never_null = true;
  using key_type = typename T::key_type;
  using value = typename T::mapped_type;
  using member = typename T::value_type;
  static constexpr bool as_object = detail::text_like<key_type> && detail::unique_keys<T>;

  static void write(json_writer& w, const T& v)
    requires(has_codec<key_type> && has_codec<value>)
  {
    if constexpr (as_object) {
      if (keys_are_utf8(w, v)) {
        w.begin_object();
        detail::write_each(w, v, write_key, [&](const member& m_) {
          w.key(m_.first);
          codec<value>::write(w, m_.second);
        });
        w.end_object();
        return;
      }
    }
    w.begin_array();
    detail::write_each(w, v, write_key, [&](const member& m_) { write_pair(w, m_); });
    w.end_array();
  }

  static T read(json_reader r)
    requires(has_reader<key_type> && has_reader<value>)
  {
    T out{};
    if constexpr (std::is_constructible_v<key_type, std::string>) {
      if (r.is_object()) {
        for (const auto& [k, m] : r.items()) out.emplace(key_type(std::string(k)), codec<value>::read(m));
        return out;
      }
    }
    for (std::size_t i = 0, n = detail::array_size(r); i != n; ++i) {
      const auto pair = r.at(i);
      detail::expect_elements(pair, 2);
      out.emplace(codec<key_type>::read(pair.at(std::size_t{0})), codec<value>::read(pair.at(std::size_t{1})));
    }
    return out;
  }

  static json_schema schema() {
    if constexpr (as_object) return detail::text_map_schema(schema_of<key_type>(), schema_of<value>());
    else return json_schema::array_of(json_schema::tuple_of({schema_of<key_type>(), schema_of<value>()}));
  }

 private:
  static bool keys_are_utf8(json_writer& w, const T& v) {
    if (w.for_key() || w.for_people()) return true;
    if (detail::sized<T> && !w.expect(v.size())) return true;
    for (const auto& m : v)
      if (!detail::is_utf8_text(m.first)) return false;
    return true;
  }
  static void write_pair(json_writer& w, const member& m) {
    w.begin_array();
    codec<key_type>::write(w, m.first);
    codec<value>::write(w, m.second);
    w.end_array();
  }
  // What decides about the order of unordered maps. Equal keys may come in any order, so that there the values decide too.
  static void write_key(json_writer& w, const member& m) {
    if constexpr (detail::unique_keys<T>) codec<key_type>::write(w, m.first);
    else write_pair(w, m);
  }
};

}  // namespace weir::inline v0
