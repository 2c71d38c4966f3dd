#include <weir/error.hpp>
#include <weir/log.hpp>
#include <weir/state.hpp>

#include <fmt/format.h>

#include <ostream>

namespace weir::inline v0 {
namespace {

struct type_names {
  std::string_view type, name;
};
constexpr type_names names[] = {{"SCHEDULED", "Scheduled"}, {"PENDING", "Pending"},       {"RUNNING", "Running"},
                                {"PAUSED", "Paused"},       {"CANCELLING", "Cancelling"}, {"COMPLETED", "Completed"},
                                {"FAILED", "Failed"},       {"CRASHED", "Crashed"},       {"CANCELLED", "Cancelled"}};

// A damaged file may hold any number.
const type_names& names_of(state_type t) noexcept {
  static constexpr type_names unknown{"UNKNOWN", "Unknown"};
  return static_cast<std::size_t>(t) < std::size(names) ? names[static_cast<std::size_t>(t)] : unknown;
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr bool hyphen_before(int byte) noexcept { return byte == 4 || byte == 6 || byte == 8 || byte == 10; }

}  // namespace

std::string_view to_string(state_type t) noexcept { return names_of(t).type; }
std::string_view default_name(state_type t) noexcept { return names_of(t).name; }

std::optional<uuid> uuid::try_parse(std::string_view text) noexcept {
  if (text.size() != 36) return std::nullopt;
  uuid id;
  std::size_t at = 0;
  for (int i = 0; i < 16; ++i) {
    if (hyphen_before(i) && text[at++] != '-') return std::nullopt;
    const int high = hex_digit(text[at++]), low = hex_digit(text[at++]);
    if (high < 0 || low < 0) return std::nullopt;
    id.bytes[i] = static_cast<unsigned char>(high << 4 | low);
  }
  return id;
}

uuid uuid::parse(std::string_view text) {
  if (auto id = try_parse(text)) return *id;
  throw usage_error("uuid::parse: \"" + std::string(text.substr(0, 80)) +
                    "\" is not an id; expected 36 characters like 0190f3a2-7c4e-7b1d-9f00-2b6e8d1c5a77");
}

std::string to_string(const uuid& id) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(36);
  for (int i = 0; i < 16; ++i) {
    if (hyphen_before(i)) out += '-';
    out += digits[id.bytes[i] >> 4];
    out += digits[id.bytes[i] & 15];
  }
  return out;
}

std::ostream& operator<<(std::ostream& out, const uuid& id) { return out << to_string(id); }

}  // namespace weir::inline v0

auto fmt::formatter<weir::uuid>::format(const weir::uuid& id, fmt::format_context& context) const
    -> fmt::format_context::iterator {
  return fmt::formatter<fmt::string_view>::format(weir::to_string(id), context);
}
auto fmt::formatter<weir::state_type>::format(weir::state_type t, fmt::format_context& context) const
    -> fmt::format_context::iterator {
  const auto name = weir::to_string(t);
  return fmt::formatter<fmt::string_view>::format({name.data(), name.size()}, context);
}
auto fmt::formatter<weir::run_kind>::format(weir::run_kind k, fmt::format_context& context) const
    -> fmt::format_context::iterator {
  return fmt::formatter<fmt::string_view>::format(k == weir::run_kind::flow ? "flow" : "task", context);
}
auto fmt::formatter<weir::log::level>::format(weir::log::level l, fmt::format_context& context) const
    -> fmt::format_context::iterator {
  constexpr const char* names[] = {"UNKNOWN", "DEBUG", "INFO", "WARNING", "ERROR"};
  const auto i = static_cast<std::size_t>(l);
  return fmt::formatter<fmt::string_view>::format(names[i < std::size(names) ? i : 0], context);
}
