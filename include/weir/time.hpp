// Durations and instants as weir's options and records use them.

#pragma once

#include <weir/detail/export.hpp>

#include <fmt/core.h>

#include <chrono>
#include <string>
#include <type_traits>

namespace weir::inline v0 {

/// A length of time in microseconds. Converts from any chrono duration (500ms, 0.5s), never from a bare number, which
/// would leave the unit open. Fractions of a microsecond are cut off; what is too long for 64 bits becomes the longest, and
/// what is not a number the most negative one, which everything here refuses.
struct duration : std::chrono::microseconds {
  using base = std::chrono::microseconds;
  constexpr duration() noexcept : base(0) {}
  template <class Rep, class Period>
  constexpr duration(std::chrono::duration<Rep, Period> d_) : base(cast(d_)) {}

 private:
  template <class Rep, class Period>
  static constexpr base cast(std::chrono::duration<Rep, Period> d) {
    if constexpr (std::is_floating_point_v<Rep> || std::ratio_greater_v<Period, base::period>) {
      const double micros = std::chrono::duration<double, std::micro>(d).count();
      if (micros >= 0x1p63) return base::max();
      if (!(micros >= -0x1p63)) return base::min();
    }
    return std::chrono::duration_cast<base>(d);
  }
};

/// Seconds as a floating-point number: what records use for run times.
using seconds = std::chrono::duration<double>;

/// A UTC instant to the microsecond. Formats as RFC 3339 with six decimals (2026-01-31T12:00:00.000000Z), without
/// <fmt/chrono.h>.
struct timestamp : std::chrono::sys_time<std::chrono::microseconds> {
  using base = std::chrono::sys_time<std::chrono::microseconds>;
  constexpr timestamp() noexcept = default;
  template <class Duration>
  constexpr timestamp(std::chrono::sys_time<Duration> t_) : base(std::chrono::floor<std::chrono::microseconds>(t_)) {}

  /// Microseconds since 1970-01-01T00:00:00Z.
  constexpr std::int64_t micros() const noexcept { return time_since_epoch().count(); }
  static constexpr timestamp from_micros(std::int64_t us) noexcept {
    return timestamp(base(std::chrono::microseconds(us)));
  }
};

WEIR_EXPORT std::string to_string(timestamp);

}  // namespace weir::inline v0

template <>
struct fmt::formatter<weir::timestamp> : fmt::formatter<fmt::string_view> {
  WEIR_EXPORT auto format(const weir::timestamp&, fmt::format_context&) const -> fmt::format_context::iterator;
};
