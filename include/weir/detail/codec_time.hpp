// Codecs of durations, instants and dates.

#pragma once

#include <weir/detail/codec_values.hpp>
#include <weir/time.hpp>

#include <chrono>
#include <limits>

namespace weir::inline v0 {
namespace detail {

/// A number of ticks that last num/den seconds each, and what of them fits the type that reads them.
struct ticks {
  std::int64_t num, den;
  std::int64_t least = std::numeric_limits<std::int64_t>::min(), most = std::numeric_limits<std::int64_t>::max();
};

// Seconds as a number where it reads back as the same count, else {"count": n, "per": "num/den"}.
WEIR_EXPORT void write_duration(json_writer&, std::int64_t count, ticks);
WEIR_EXPORT std::int64_t read_duration(const json_reader&, ticks);
// RFC 3339 where the year has four digits, else a count since 1970.
WEIR_EXPORT void write_time(json_writer&, std::int64_t count, ticks, bool local);
WEIR_EXPORT std::int64_t read_time(const json_reader&, ticks, bool local);
WEIR_EXPORT double read_time_as_seconds(const json_reader&, bool local);
WEIR_EXPORT void end_count(json_writer&, ticks);
WEIR_EXPORT json_reader read_count(const json_reader&, ticks);
WEIR_EXPORT json_schema duration_schema(bool floating);
WEIR_EXPORT json_schema time_schema(bool local);

struct date {
  int year;
  unsigned month, day;
};
// "2026-01-31", or "2026-01" without a day; what is no date of the years 0 to 9999 as [year, month, day].
WEIR_EXPORT void write_date(json_writer&, date, bool valid, bool with_day);
WEIR_EXPORT date read_date(const json_reader&, bool with_day);
WEIR_EXPORT json_schema date_schema(bool with_day);

template <class Rep, class Period>
concept tick_count = std::is_arithmetic_v<Rep> && !std::same_as<Rep, bool> && sizeof(Rep) <= 8 &&
                     Period::num <= 1'000'000'000 && Period::den <= 1'000'000'000'000'000;

template <class Rep, class Period>
constexpr ticks ticks_of() {
  if constexpr (std::is_integral_v<Rep> && std::is_signed_v<Rep>)
    return {Period::num, Period::den, std::numeric_limits<Rep>::min(), std::numeric_limits<Rep>::max()};
  else if constexpr (std::is_integral_v<Rep> && sizeof(Rep) < 8)
    return {Period::num, Period::den, 0, std::numeric_limits<Rep>::max()};
  else if constexpr (std::is_integral_v<Rep>) return {Period::num, Period::den, 0};
  else return {Period::num, Period::den};
}

template <class Rep>
constexpr bool fits_int64(Rep count) {
  return std::is_signed_v<Rep> || static_cast<std::uint64_t>(count) <= static_cast<std::uint64_t>(INT64_MAX);
}
template <class Rep>
void write_count(json_writer& w, Rep count, ticks t) {
  w.begin_object();
  w.field("count", count);
  end_count(w, t);
}

}  // namespace detail

template <class Rep, class Period>
  requires detail::tick_count<Rep, Period>
struct codec<std::chrono::duration<Rep, Period>> {
  using T = std::chrono::duration<Rep, Period>;
  static constexpr bool never_null = true;
  static constexpr auto ticks = detail::ticks_of<Rep, Period>();

  static void write(json_writer& w, T v) {
    if constexpr (std::is_floating_point_v<Rep>) {
      if constexpr (std::ratio_equal_v<Period, std::ratio<1>>) w.number(v.count());
      else detail::write_count(w, v.count(), ticks);
    } else if (detail::fits_int64(v.count())) {
      detail::write_duration(w, static_cast<std::int64_t>(v.count()), ticks);
    } else {
      detail::write_count(w, v.count(), ticks);
    }
  }
  static T read(json_reader r) {
    if constexpr (std::is_floating_point_v<Rep>) {
      if (r.is_object()) return T(codec<Rep>::read(detail::read_count(r, ticks)));
      return std::chrono::duration_cast<T>(std::chrono::duration<double>(r.number()));
    } else {
      if constexpr (std::is_unsigned_v<Rep>)
        if (r.is_object()) return T(codec<Rep>::read(detail::read_count(r, ticks)));
      return T(static_cast<Rep>(detail::read_duration(r, ticks)));
    }
  }
  static json_schema schema() { return detail::duration_schema(std::is_floating_point_v<Rep>); }
};

/// UTC, and local time without a zone. Instants of a steady clock mean nothing to another process and have no codec.
template <class Clock, class D>
  requires((std::same_as<Clock, std::chrono::system_clock> || std::same_as<Clock, std::chrono::local_t>) &&
           detail::tick_count<typename D::rep, typename D::period>)
struct codec<std::chrono::time_point<Clock, D>> {
  using T = std::chrono::time_point<Clock, D>;
  using rep = typename D::rep;
  static constexpr bool never_null = true;
  static constexpr bool local = std::same_as<Clock, std::chrono::local_t>;
  static constexpr auto ticks = detail::ticks_of<rep, typename D::period>();

  static void write(json_writer& w, T v) {
    const auto count = v.time_since_epoch().count();
    if constexpr (std::is_integral_v<rep>)
      if (detail::fits_int64(count)) return detail::write_time(w, static_cast<std::int64_t>(count), ticks, local);
    detail::write_count(w, count, ticks);
  }
  static T read(json_reader r) {
    if constexpr (std::is_floating_point_v<rep> || std::is_unsigned_v<rep>)
      if (r.is_object()) return T(D(codec<rep>::read(detail::read_count(r, ticks))));
    if constexpr (std::is_floating_point_v<rep>)
      return T(std::chrono::duration_cast<D>(std::chrono::duration<double>(detail::read_time_as_seconds(r, local))));
    else return T(D(static_cast<rep>(detail::read_time(r, ticks, local))));
  }
  static json_schema schema() { return detail::time_schema(local); }
};

template <>
struct codec<duration> : codec<duration::base> {
  static duration read(json_reader r) { return codec<duration::base>::read(r); }
};
template <>
struct codec<timestamp> : codec<timestamp::base> {
  static timestamp read(json_reader r) { return codec<timestamp::base>::read(r); }
};

template <>
struct codec<std::chrono::year_month_day> {
  static constexpr bool never_null = true;
  static void write(json_writer& w, std::chrono::year_month_day v) {
    detail::write_date(w, {int{v.year()}, unsigned{v.month()}, unsigned{v.day()}}, v.ok(), true);
  }
  static std::chrono::year_month_day read(json_reader r) {
    const auto d = detail::read_date(r, true);
    return {std::chrono::year(d.year), std::chrono::month(d.month), std::chrono::day(d.day)};
  }
  static json_schema schema() { return detail::date_schema(true); }
};
template <>
struct codec<std::chrono::year_month> {
  static constexpr bool never_null = true;
  static void write(json_writer& w, std::chrono::year_month v) {
    detail::write_date(w, {int{v.year()}, unsigned{v.month()}, 0}, v.ok(), false);
  }
  static std::chrono::year_month read(json_reader r) {
    const auto d = detail::read_date(r, false);
    return {std::chrono::year(d.year), std::chrono::month(d.month)};
  }
  static json_schema schema() { return detail::date_schema(false); }
};

namespace detail {
template <class T>
inline constexpr bool is_calendar_number =
    std::same_as<T, std::chrono::month> || std::same_as<T, std::chrono::day> || std::same_as<T, std::chrono::weekday>;
}

/// Plain integers; a weekday counts from Sunday = 0.
template <>
struct codec<std::chrono::year> {
  static constexpr bool never_null = true;
  static void write(json_writer& w, std::chrono::year v) { w.integer(int{v}); }
  static std::chrono::year read(json_reader r) { return std::chrono::year(codec<std::int16_t>::read(r)); }
  static json_schema schema() { return codec<std::int16_t>::schema(); }
};
template <class T>
  requires detail::is_calendar_number<T>
struct codec<T> {
  static constexpr bool never_null = true;
  static void write(json_writer& w, T v) {
    if constexpr (std::same_as<T, std::chrono::weekday>) w.unsigned_integer(v.c_encoding());
    else w.unsigned_integer(unsigned{v});
  }
  static T read(json_reader r) { return T(codec<std::uint8_t>::read(r)); }
  static json_schema schema() { return codec<std::uint8_t>::schema(); }
};

/// The duration since midnight.
template <class D>
  requires has_codec<D>
struct codec<std::chrono::hh_mm_ss<D>> {
  using T = std::chrono::hh_mm_ss<D>;
  using precision = codec<typename T::precision>;
  static constexpr bool never_null = true;
  static void write(json_writer& w, const T& v) { precision::write(w, v.to_duration()); }
  static T read(json_reader r) { return T(std::chrono::duration_cast<D>(precision::read(r))); }
  static json_schema schema() { return precision::schema(); }
};

}  // namespace weir::inline v0
