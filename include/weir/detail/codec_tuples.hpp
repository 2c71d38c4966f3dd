// Codecs of a fixed number of values: optional, pair, tuple, variant.

#pragma once

#include <weir/detail/codec_containers.hpp>

#include <optional>
#include <tuple>

namespace weir::inline v0 {

/// The value, or null. A value that is null itself, as an inner optional may be, stands in an array of one.
template <class T>
struct codec<std::optional<T>> {
  static void write(json_writer& w, const std::optional<T>& v)
    requires has_codec<T>
  {
    if (!v) {
      w.null();
    } else if constexpr (detail::never_null<T>) {
      codec<T>::write(w, *v);
    } else if (w.for_key()) {
      w.begin_array();
      codec<T>::write(w, *v);
      w.end_array();
    } else {
      const auto begin = w.mark();
      codec<T>::write(w, *v);
      w.wrap_null(begin);
    }
  }
  static std::optional<T> read(json_reader r)
    requires has_reader<T>
  {
    if (r.is_null()) return std::nullopt;
    if constexpr (!detail::never_null<T>) {
      auto inner = r;
      while (inner.is_array() && inner.size() == 1) inner = inner.at(std::size_t{0});
      if (inner.is_null()) return std::optional<T>(codec<T>::read(r.at(std::size_t{0})));
    }
    return std::optional<T>(codec<T>::read(r));
  }
  static json_schema schema() {
    if constexpr (detail::never_null<T>) return json_schema::nullable(schema_of<T>());
    else
      return json_schema::one_of({schema_of<T>(), json_schema::null(),
                                  json_schema::from_text(R"({"type":"array","minItems":1,"maxItems":1})")});
  }
};

template <class... T>
struct codec<std::tuple<T...>> {
  static constexpr bool never_null = true;

  static void write(json_writer& w, const std::tuple<T...>& v)
    requires(has_codec<T> && ...)
  {
    w.begin_array();
    std::apply([&w](const auto&... e_) { (codec<std::remove_cvref_t<decltype(e_)>>::write(w, e_), ...); }, v);
    w.end_array();
  }
  static std::tuple<T...> read(json_reader r)
    requires(has_reader<T> && ...)
  {
    detail::expect_elements(r, sizeof...(T));
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return std::tuple<T...>{codec<T>::read(r.at(I))...};
    }(std::index_sequence_for<T...>{});
  }
  static json_schema schema() { return json_schema::tuple_of({schema_of<T>()...}); }
};

template <class A, class B>
struct codec<std::pair<A, B>> {
  static constexpr bool never_null = true;

  static void write(json_writer& w, const std::pair<A, B>& v)
    requires(has_codec<A> && has_codec<B>)
  {
    w.begin_array();
    codec<A>::write(w, v.first);
    codec<B>::write(w, v.second);
    w.end_array();
  }
  static std::pair<A, B> read(json_reader r)
    requires(has_reader<A> && has_reader<B>)
  {
    detail::expect_elements(r, 2);
    return {codec<A>::read(r.at(std::size_t{0})), codec<B>::read(r.at(std::size_t{1}))};
  }
  static json_schema schema() { return json_schema::tuple_of({schema_of<A>(), schema_of<B>()}); }
};

namespace detail {

// By their shape, so that <variant> is not included for those who have none. std::get and std::visit are found by ADL.
template <class T>
struct is_variant : std::false_type {};
template <template <class...> class V, class... A>
  requires requires(const V<A...>& v) {
    v.valueless_by_exception();
    v.index();
  }
struct is_variant<V<A...>> : std::true_type {};

template <class T>
concept monostate = std::is_empty_v<T> && type_name<T>() == "std::monostate";

}  // namespace detail

/// [index, value], so that two alternatives of one text are told apart.
template <template <class...> class V, class... A>
  requires(detail::is_variant<V<A...>>::value)
struct codec<V<A...>> {
  static constexpr bool never_null = true;

  static void write(json_writer& w, const V<A...>& v)
    requires(has_codec<A> && ...)
  {
    w.begin_array();
    w.unsigned_integer(v.index());
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      ((v.index() == I ? codec<A>::write(w, get<I>(v)) : void()), ...);
    }(std::index_sequence_for<A...>{});
    w.end_array();
  }
  static V<A...> read(json_reader r)
    requires(has_reader<A> && ...)
  {
    detail::expect_elements(r, 2);
    return read_from<0>(r, r.at(std::size_t{0}).unsigned_integer());
  }
  static json_schema schema() {
    std::vector<json_schema> forms;
    (forms.push_back(json_schema::tuple_of({json_schema::constant(forms.size()), schema_of<A>()})), ...);
    return json_schema::one_of(forms);
  }

 private:
  template <std::size_t I>
  static V<A...> read_from(json_reader r, std::uint64_t index) {
    if constexpr (I == sizeof...(A)) detail::out_of_range(r, "one of the alternatives of a variant");
    else if (index != I) return read_from<I + 1>(r, index);
    else
      return V<A...>(std::in_place_index<I>,
                     codec<std::tuple_element_t<I, std::tuple<A...>>>::read(r.at(std::size_t{1})));
  }
};

template <class T>
  requires(detail::monostate<T>)
struct codec<T> {
  static void write(json_writer& w, const T&) { w.null(); }
  static T read(json_reader r) {
    if (!r.is_null()) detail::out_of_range(r, "std::monostate");
    return {};
  }
  static json_schema schema() { return json_schema::null(); }
};

}  // namespace weir::inline v0
