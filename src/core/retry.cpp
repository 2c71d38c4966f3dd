#include "core/retry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace weir::inline v0 {
namespace {

std::string in_seconds(duration d) { return fmt::format("{} s", std::chrono::duration<double>(d).count()); }

duration from_seconds(double s) noexcept {
  return std::min<duration>(std::chrono::duration<double>(s), core::longest_wait);
}

}  // namespace

duration delay_schedule::delay_after(const attempt_info& failed) const {
  if (by_attempt_) return by_attempt_(failed);
  if (list_.empty()) return {};
  if (is_backoff_) {
    if (list_.front() == duration()) return {};
    const double first = std::chrono::duration<double>(list_.front()).count();
    const duration grown = from_seconds(first * std::pow(backoff_.factor, failed.number - 1));
    return backoff_.max ? std::min<duration>(grown, *backoff_.max) : grown;
  }
  return list_[std::min(static_cast<std::size_t>(std::max(failed.number, 1)), list_.size()) - 1];
}

std::string delay_schedule::problem() const {
  for (const auto d : list_) {
    if (d == duration::min()) return "retry_delay is not a number; give a duration of 0 or more";
    if (d < duration()) return fmt::format("retry_delay {} is negative; give a duration of 0 or more", in_seconds(d));
  }
  if (is_backoff_ && (!(backoff_.factor >= 1) || std::isinf(backoff_.factor)))
    return fmt::format("exponential_backoff factor {} is below 1 or not finite; give 1 or more", backoff_.factor);
  if (is_backoff_ && backoff_.max && *backoff_.max < duration())
    return fmt::format("exponential_backoff max {} is negative; give a duration of 0 or more",
                       in_seconds(*backoff_.max));
  return {};
}

delay_schedule exponential_backoff(duration first, backoff_options options) {
  delay_schedule schedule(first);
  schedule.backoff_ = options;
  schedule.is_backoff_ = true;
  return schedule;
}

namespace core {

duration jittered(duration base, double factor, double unit) noexcept {
  if (factor <= 0 || base <= duration()) return base;
  const double mean = std::chrono::duration<double>(base).count();
  const double k = 1 + factor;
  const double lower = k >= 50 ? 0 : std::log2(std::exp2(k) / (std::exp2(k) - 1));
  const double upper = 1 + factor;
  // Inverse of the distribution function of an exponential of mean 1, cut to [lower, upper].
  const double low = 1 - std::exp(-lower), high = 1 - std::exp(-upper);
  const double spread = -std::log(1 - (low + unit * (high - low)));
  return from_seconds(mean * std::clamp(spread, lower, upper));
}

}  // namespace core
}  // namespace weir::inline v0
