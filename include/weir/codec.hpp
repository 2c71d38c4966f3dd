// How values are written into the record, and read back: codec<T>.
//
// Built in: arithmetic types, enums, strings, paths, chrono durations, UTC time points and calendar dates, optional, pair,
// tuple, any range and any map of such, and whatever has nlohmann's to_json / from_json findable by argument-dependent
// lookup (what NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE writes). For a type of yours specialise it:
//
//   template <> struct weir::codec<money> {
//     static void write(weir::json_writer& w, const money& m) { w.string(m.text()); }
//     static money read(weir::json_reader r) { return money(r.string()); }
//     static weir::json_schema schema() { return weir::json_schema::string(); }   // optional
//   };
//
// A type without a codec still works as a parameter or result: it is recorded by its name.

#pragma once

#include <weir/error.hpp>
#include <weir/time.hpp>

#include <nlohmann/json_fwd.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace weir::inline v0 {

template <class T>
struct codec;

/// A sink of JSON text. Sets commas by itself. Text that is not UTF-8 is written with U+FFFD where it is broken.
/// Threads: one thread at a time.
class WEIR_EXPORT json_writer {
 public:
  static constexpr std::size_t unlimited = static_cast<std::size_t>(-1);

  /// \param budget  bytes that may be written; what exceeds it is left out and makes the writer `full`
  explicit json_writer(std::vector<char>& out, std::size_t budget = unlimited);

  void null();
  void boolean(bool);
  void integer(std::int64_t);
  void unsigned_integer(std::uint64_t);
  /// The shortest text that reads back as the same value. JSON knows no NaN and no infinities: they are the strings
  /// "NaN", "Infinity" and "-Infinity".
  void number(double);
  void number(float);
  void string(std::string_view);
  /// JSON text, taken as it is.
  void raw(std::string_view);
  /// Binary data as {"dtype": ..., "base64": ...}.
  void bytes(std::span<const std::byte> data, std::string_view dtype);
  void begin_array();
  void end_array();
  void begin_object();
  void end_object();
  void key(std::string_view);
  template <class T>
  void field(std::string_view name, const T& value) {
    key(name);
    codec<T>::write(*this, value);
  }

  /// The budget is used up: a codec of a long value may stop.
  bool full() const noexcept { return full_; }

  /// Where the next value begins; give it to `replace`.
  std::size_t mark();
  /// Replaces what was written since `mark` by {"$type": ..., "$size": ...}, budget or not. `size`: elements, where known.
  void replace(std::size_t mark, std::string_view type, std::optional<std::size_t> size);

 private:
  void separate();
  bool fits(std::size_t bytes);
  void put(std::string_view);

  std::vector<char>& out_;
  std::size_t begin_;
  std::size_t limit_;
  bool full_ = false;
};

/// A value of a parsed JSON text. Asking for another kind of value than there is throws an error (bad_value) that says
/// what was expected and what was found. Valid as long as its json_document.
class WEIR_EXPORT json_reader {
 public:
  explicit json_reader(const void* node) noexcept : node_(node) {}

  bool is_null() const;
  bool is_string() const;
  bool is_object() const;
  bool boolean() const;
  std::int64_t integer() const;
  std::uint64_t unsigned_integer() const;
  double number() const;
  std::string string() const;
  std::vector<std::byte> bytes() const;
  std::size_t size() const;
  json_reader at(std::size_t) const;
  json_reader at(std::string_view key) const;
  bool contains(std::string_view key) const;
  /// The i-th member of an object, in the order of the keys.
  std::pair<std::string, json_reader> item(std::size_t i) const;
  template <class T>
  T as() const {
    return codec<T>::read(*this);
  }
  /// A const nlohmann::json*.
  const void* nlohmann() const noexcept { return node_; }

 private:
  const void* node_;
};

/// A JSON text, parsed.
class WEIR_EXPORT json_document {
 public:
  /// \throws error (bad_value) the text is not JSON
  explicit json_document(std::string_view text);
  ~json_document();
  json_document(const json_document&) = delete;
  json_document& operator=(const json_document&) = delete;
  json_reader root() const noexcept;

 private:
  void* root_;
};

/// A JSON schema (draft 2020-12) under construction: what forms, `describe` and parameter checks need.
class WEIR_EXPORT json_schema {
 public:
  static json_schema any() { return json_schema("{}"); }
  static json_schema boolean() { return json_schema(R"({"type":"boolean"})"); }
  static json_schema integer() { return json_schema(R"({"type":"integer"})"); }
  static json_schema number() { return json_schema(R"({"type":"number"})"); }
  static json_schema string() { return json_schema(R"({"type":"string"})"); }
  static json_schema date_time() { return json_schema(R"({"type":"string","format":"date-time"})"); }
  static json_schema array_of(const json_schema& items);
  static json_schema tuple_of(const std::vector<json_schema>& items);
  static json_schema map_of(const json_schema& values);
  static json_schema nullable(const json_schema& value);
  /// An object, to be given properties.
  static json_schema object();
  json_schema& property(std::string_view name, const json_schema& value, bool required = true);

  const std::string& text() const noexcept { return text_; }

 private:
  explicit json_schema(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

namespace detail {

// json_fwd.hpp is enough to ask whether a type has to_json, because the json type is made dependent: the answer is the
// same in every translation unit, whichever header came first, and json.hpp is needed only where such a type is wrapped.
template <class T>
struct json_for {
  using type = nlohmann::json;
};
template <class T>
using json_t = typename json_for<T>::type;
template <class T>
concept is_json = std::same_as<T, json_t<T>>;

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
struct is_duration : std::false_type {};
template <class Rep, class Period>
struct is_duration<std::chrono::duration<Rep, Period>> : std::true_type {};
template <class T>
struct is_utc_time : std::false_type {};
template <class D>
struct is_utc_time<std::chrono::time_point<std::chrono::system_clock, D>> : std::true_type {};
template <>
struct is_utc_time<timestamp> : std::true_type {};
template <>
struct is_duration<duration> : std::true_type {};

template <class T>
concept text_like = std::same_as<T, std::string> || std::same_as<T, std::string_view> || std::same_as<T, const char*>;
template <class T>
concept path_like = requires(const T& t) {
  t.generic_string();
  t.lexically_normal();
};
template <class T>
concept calendar_date = std::same_as<T, std::chrono::year_month_day> || std::same_as<T, std::chrono::year_month>;
template <class T>
concept map_like = requires(T& t) {
  typename T::key_type;
  typename T::mapped_type;
  t.begin();
  t.end();
};
template <class T>
concept sequence_like =
    !map_like<T> && !path_like<T> && !std::convertible_to<const T&, std::string_view> && requires(const T& t) {
      t.begin();
      t.end();
    } && requires { typename T::value_type; };
template <class T>
concept own_codec = std::is_arithmetic_v<T> || std::is_enum_v<T> || text_like<T> || path_like<T> ||
                    is_duration<T>::value || is_utc_time<T>::value || calendar_date<T>;

WEIR_EXPORT void write_time(json_writer&, std::int64_t nanoseconds_since_epoch);
WEIR_EXPORT std::int64_t read_time(const json_reader&);
WEIR_EXPORT void write_date(json_writer&, int year, unsigned month, unsigned day);  // day 0: year and month alone
WEIR_EXPORT void read_date(const json_reader&, int& year, unsigned& month, unsigned& day);
[[noreturn]] WEIR_EXPORT void out_of_range(const json_reader&, std::string_view type);

/// The name of a type as the compiler writes it.
template <class T>
constexpr std::string_view type_name() {
  std::string_view text = __PRETTY_FUNCTION__;
  text.remove_prefix(text.find("T = ") + 4);
  return text.substr(0, text.find_first_of(";]"));
}

template <class T>
concept has_schema = requires { codec<T>::schema(); };

}  // namespace detail

/// Values of this type are recorded as values, not as the name of the type.
template <class T>
concept has_codec = requires(json_writer& w, const T& v) { codec<T>::write(w, v); };
template <class T>
concept has_reader = requires(json_reader r) { codec<T>::read(r); };

template <class T>
json_schema schema_of() {
  if constexpr (detail::has_schema<T>) return codec<T>::schema();
  else return json_schema::any();
}

template <class T>
  requires(detail::own_codec<T> && !detail::has_to_json<T>)
struct codec<T> {
  static void write(json_writer& w, const T& v) {
    if constexpr (std::same_as<T, bool>) w.boolean(v);
    else if constexpr (std::is_enum_v<T>)
      codec<std::underlying_type_t<T>>::write(w, static_cast<std::underlying_type_t<T>>(v));
    else if constexpr (std::same_as<T, float>) w.number(v);
    else if constexpr (std::is_floating_point_v<T>) w.number(static_cast<double>(v));
    else if constexpr (std::is_integral_v<T> && std::is_unsigned_v<T>) w.unsigned_integer(v);
    else if constexpr (std::is_integral_v<T>) w.integer(v);
    else if constexpr (detail::is_duration<T>::value) w.number(std::chrono::duration<double>(v).count());
    else if constexpr (detail::is_utc_time<T>::value)
      detail::write_time(w, std::chrono::duration_cast<std::chrono::nanoseconds>(v.time_since_epoch()).count());
    else if constexpr (std::same_as<T, std::chrono::year_month>)
      detail::write_date(w, static_cast<int>(v.year()), static_cast<unsigned>(v.month()), 0);
    else if constexpr (detail::calendar_date<T>)
      detail::write_date(w, static_cast<int>(v.year()), static_cast<unsigned>(v.month()),
                         static_cast<unsigned>(v.day()));
    else if constexpr (detail::path_like<T>) w.string(v.generic_string());
    else w.string(v);
  }

  static T read(json_reader r)
    requires(!std::same_as<T, std::string_view> && !std::same_as<T, const char*>)
  {
    if constexpr (std::same_as<T, bool>) {
      return r.boolean();
    } else if constexpr (std::is_enum_v<T>) {
      return static_cast<T>(codec<std::underlying_type_t<T>>::read(r));
    } else if constexpr (std::is_floating_point_v<T>) {
      return static_cast<T>(r.number());
    } else if constexpr (std::is_integral_v<T> && std::is_unsigned_v<T>) {
      const auto v = r.unsigned_integer();
      if (v != static_cast<std::uint64_t>(static_cast<T>(v))) detail::out_of_range(r, detail::type_name<T>());
      return static_cast<T>(v);
    } else if constexpr (std::is_integral_v<T>) {
      const auto v = r.integer();
      if (v != static_cast<std::int64_t>(static_cast<T>(v))) detail::out_of_range(r, detail::type_name<T>());
      return static_cast<T>(v);
    } else if constexpr (detail::is_duration<T>::value) {
      using base = std::chrono::duration<typename T::rep, typename T::period>;
      return T(std::chrono::round<base>(std::chrono::duration<double>(r.number())));
    } else if constexpr (detail::is_utc_time<T>::value) {
      const std::chrono::sys_time<std::chrono::nanoseconds> t{std::chrono::nanoseconds(detail::read_time(r))};
      return T(std::chrono::floor<typename T::duration>(t));
    } else if constexpr (detail::calendar_date<T>) {
      int year = 0;
      unsigned month = 0, day = 0;
      detail::read_date(r, year, month, day);
      if constexpr (std::same_as<T, std::chrono::year_month>)
        return std::chrono::year(year) / std::chrono::month(month);
      else return std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
    } else {
      return T(r.string());
    }
  }

  static json_schema schema() {
    if constexpr (std::same_as<T, bool>) return json_schema::boolean();
    else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) return json_schema::integer();
    else if constexpr (std::is_floating_point_v<T> || detail::is_duration<T>::value) return json_schema::number();
    else if constexpr (detail::is_utc_time<T>::value) return json_schema::date_time();
    else return json_schema::string();
  }
};

template <class T>
struct codec<std::optional<T>> {
  static void write(json_writer& w, const std::optional<T>& v)
    requires has_codec<T>
  {
    if (v) codec<T>::write(w, *v);
    else w.null();
  }
  static std::optional<T> read(json_reader r)
    requires has_reader<T>
  {
    if (r.is_null()) return std::nullopt;
    return codec<T>::read(r);
  }
  static json_schema schema() { return json_schema::nullable(schema_of<T>()); }
};

template <class T>
  requires(detail::sequence_like<T> && !detail::has_to_json<T> && !detail::is_json<T>)
struct codec<T> {
  using element = typename T::value_type;
  static void write(json_writer& w, const T& v)
    requires has_codec<element>
  {
    w.begin_array();
    for (const auto& e : v) {
      if (w.full()) break;
      codec<element>::write(w, e);
    }
    w.end_array();
  }
  static T read(json_reader r)
    requires(has_reader<element> && requires(T& t, element e) { t.insert(t.end(), std::move(e)); })
  {
    T out{};
    for (std::size_t i = 0, n = r.size(); i != n; ++i) out.insert(out.end(), codec<element>::read(r.at(i)));
    return out;
  }
  static json_schema schema() { return json_schema::array_of(schema_of<element>()); }
};

/// std::array: as many elements as it has.
template <class E, std::size_t N>
  requires requires { std::tuple_size<std::array<E, N>>::value; }
struct codec<std::array<E, N>> {
  static void write(json_writer& w, const std::array<E, N>& v)
    requires has_codec<E>
  {
    w.begin_array();
    for (const auto& e : v) {
      if (w.full()) break;
      codec<E>::write(w, e);
    }
    w.end_array();
  }
  static std::array<E, N> read(json_reader r)
    requires has_reader<E>
  {
    if (r.size() != N) detail::out_of_range(r, detail::type_name<std::array<E, N>>());
    std::array<E, N> out{};
    for (std::size_t i = 0; i != N; ++i) out[i] = codec<E>::read(r.at(i));
    return out;
  }
  static json_schema schema() { return json_schema::array_of(schema_of<E>()); }
};

/// A map is an object where its keys are texts, else an array of pairs.
template <class T>
  requires(detail::map_like<T> && !detail::has_to_json<T> && !detail::is_json<T>)
struct codec<T> {
  using key_type = typename T::key_type;
  using value = typename T::mapped_type;
  static constexpr bool as_object = std::convertible_to<const key_type&, std::string_view>;

  static void write(json_writer& w, const T& v)
    requires(has_codec<key_type> && has_codec<value>)
  {
    if constexpr (as_object) w.begin_object();
    else w.begin_array();
    for (const auto& [k, m] : v) {
      if (w.full()) break;
      if constexpr (as_object) {
        w.key(k);
        codec<value>::write(w, m);
      } else {
        w.begin_array();
        codec<key_type>::write(w, k);
        codec<value>::write(w, m);
        w.end_array();
      }
    }
    if constexpr (as_object) w.end_object();
    else w.end_array();
  }
  static T read(json_reader r)
    requires(has_reader<key_type> && has_reader<value>)
  {
    T out;
    for (std::size_t i = 0, n = r.size(); i != n; ++i) {
      if constexpr (as_object) {
        auto [k, m] = r.item(i);
        out.emplace(std::move(k), codec<value>::read(m));
      } else {
        const auto pair = r.at(i);
        out.emplace(codec<key_type>::read(pair.at(std::size_t{0})), codec<value>::read(pair.at(std::size_t{1})));
      }
    }
    return out;
  }
  static json_schema schema() {
    if constexpr (as_object) return json_schema::map_of(schema_of<value>());
    else return json_schema::array_of(json_schema::tuple_of({schema_of<key_type>(), schema_of<value>()}));
  }
};

template <class... T>
struct codec<std::tuple<T...>> {
  static void write(json_writer& w, const std::tuple<T...>& v)
    requires(has_codec<T> && ...)
  {
    w.begin_array();
    std::apply([&w](const auto&... e) { (codec<std::remove_cvref_t<decltype(e)>>::write(w, e), ...); }, v);
    w.end_array();
  }
  static std::tuple<T...> read(json_reader r)
    requires(has_reader<T> && ...)
  {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return std::tuple<T...>{codec<T>::read(r.at(I))...};
    }(std::index_sequence_for<T...>{});
  }
  static json_schema schema() { return json_schema::tuple_of({schema_of<T>()...}); }
};

template <class A, class B>
struct codec<std::pair<A, B>> {
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
    return {codec<A>::read(r.at(std::size_t{0})), codec<B>::read(r.at(std::size_t{1}))};
  }
  static json_schema schema() { return json_schema::tuple_of({schema_of<A>(), schema_of<B>()}); }
};

namespace detail {
/// Writes a const nlohmann::json*, stopping at the budget.
WEIR_EXPORT void write_json(json_writer&, const void* value);
}  // namespace detail

template <class T>
  requires(detail::is_json<T>)
struct codec<T> {
  static void write(json_writer& w, const T& v) { detail::write_json(w, &v); }
  static T read(json_reader r) { return *static_cast<const detail::json_t<T>*>(r.nlohmann()); }
};

template <class T>
  requires(detail::has_to_json<T> && !detail::is_json<T>)
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
    from_json(*static_cast<const json*>(r.nlohmann()), v);
    return v;
  }
};

}  // namespace weir::inline v0
