// Retry arithmetic. Pure: no clock, no randomness of its own.

#pragma once

#include <weir/retry.hpp>

namespace weir::inline v0::core {

/// As good as for ever, and no clock overflows when it is added.
inline constexpr duration longest_wait = std::chrono::hours(24) * 36525;

/// The wait `base` spread at random: mean `base`, never longer than base * (1 + factor). `unit` is uniform in [0, 1).
/// A factor or a base of 0 changes nothing.
/// Source: reference of Prefect 2.10: an exponential variate of mean m, truncated to [m * c, m * (1 + f)] with
/// c = log2(2^k / (2^k - 1)), k = 1 + f.
duration jittered(duration base, double factor, double unit) noexcept;

}  // namespace weir::inline v0::core
