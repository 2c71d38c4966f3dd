// The vocabulary of runs: ids, states, failures. Plain values; no threads, no I/O.

#pragma once

#include <weir/error.hpp>
#include <weir/time.hpp>

#include <compare>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::inline v0 {

/// 128 bits that name a run everywhere. Flow runs have version 7 (ordered by time of creation), task runs version 8:
/// the leading bits of their flow run's id and their number in it (docs/design/identity.md).
struct WEIR_EXPORT uuid {
  unsigned char bytes[16]{};

  friend auto operator<=>(const uuid&, const uuid&) = default;

  /// From the 36 characters of the usual form, either case. \throws usage_error anything else
  static uuid parse(std::string_view text);
  /// As parse, with nullopt for anything else.
  static std::optional<uuid> try_parse(std::string_view text) noexcept;
};

WEIR_EXPORT std::string to_string(const uuid&);
WEIR_EXPORT std::ostream& operator<<(std::ostream&, const uuid&);

/// Types decide what may happen next; names refine them for people. The values reach the store: never renumber.
enum class state_type : std::uint8_t {
  scheduled = 0,
  pending = 1,
  running = 2,
  paused = 3,
  cancelling = 4,
  completed = 5,
  failed = 6,
  crashed = 7,
  cancelled = 8
};

/// "COMPLETED": how the type is written in records and on the wire.
WEIR_EXPORT std::string_view to_string(state_type) noexcept;
/// "Completed": the name a state of this type has when nobody gave another.
WEIR_EXPORT std::string_view default_name(state_type) noexcept;
/// No further state follows.
constexpr bool is_final(state_type t) noexcept { return t >= state_type::completed; }

/// Where a run is, since when, and why.
struct state {
  state_type type = state_type::pending;
  std::string name{};
  std::string message{};
  timestamp at{};

  bool is_completed() const noexcept { return type == state_type::completed; }
  /// FAILED or CRASHED.
  bool is_failed() const noexcept { return type == state_type::failed || type == state_type::crashed; }
  bool is_cancelled() const noexcept { return type == state_type::cancelled; }
  bool is_final() const noexcept { return weir::is_final(type); }
};

/// What the last attempt of a run threw.
struct failure {
  error_code code = error_code::other;  // of a weir::error; `other` for everything else
  std::string type{};                   // demangled: "std::runtime_error"
  std::string message{};                // what(); at most 1 MiB, longer ones say how much was left out
  std::vector<std::string> causes{};    // messages of nested exceptions, outermost first
  int attempt = 1;                      // which attempt threw, from 1
};

/// What asking for the result of a failed run throws, where the exception itself is not at hand any more.
class WEIR_EXPORT failed_run : public error {
 public:
  failed_run(const std::string& message, weir::failure why)
      : error(message, error_code::run_failed), failure_(std::make_shared<const weir::failure>(std::move(why))) {}
  const weir::failure& failure() const noexcept { return *failure_; }

 private:
  std::shared_ptr<const weir::failure> failure_;  // an exception must be cheap and safe to copy
};

enum class run_kind : std::uint8_t { flow, task };

/// What flow runs and task runs have in common.
struct run_info {
  uuid id{};
  run_kind kind = run_kind::task;
  std::string name{};
  weir::state state{};
  std::string parameters{};         // JSON object, one key for each parameter
  std::vector<std::string> tags{};  // sorted
  int attempts = 0;                 // started so far
  std::optional<timestamp> created_at{}, started_at{}, ended_at{};
  seconds total_run_time{};  // time in states of type RUNNING, summed over attempts
  std::optional<weir::failure> failure{};
};

}  // namespace weir::inline v0

template <>
struct fmt::formatter<weir::uuid> : fmt::formatter<fmt::string_view> {
  WEIR_EXPORT auto format(const weir::uuid&, fmt::format_context&) const -> fmt::format_context::iterator;
};
template <>
struct fmt::formatter<weir::state_type> : fmt::formatter<fmt::string_view> {
  WEIR_EXPORT auto format(weir::state_type, fmt::format_context&) const -> fmt::format_context::iterator;
};
template <>
struct fmt::formatter<weir::run_kind> : fmt::formatter<fmt::string_view> {
  WEIR_EXPORT auto format(weir::run_kind, fmt::format_context&) const -> fmt::format_context::iterator;
};
