#include "store/records.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace weir::inline v0::store_detail {
namespace {

[[noreturn]] void throw_bad_cursor(std::string_view cursor) {
  throw usage_error(
      fmt::format("\"{}\" is no cursor of this query; give next_cursor of the page before", cursor.substr(0, 80)));
}

}  // namespace

bool is_news(const standing& known, const standing& told) noexcept {
  const std::pair before(known.flow_attempt, known.attempt), now(told.flow_attempt, told.attempt);
  return now > before || (now == before && !known.crashed && told.history >= known.history);
}

std::string shown_name(std::string_view own, std::string_view task, std::uint32_t index) {
  return own.empty() ? fmt::format("{}-{}", task, index) : std::string(own);
}

failure parse_failure(std::string_view json) try {
  const auto j = nlohmann::json::parse(json);
  failure f;
  f.code = static_cast<error_code>(j.value("code", static_cast<int>(error_code::other)));
  f.type = j.value("type", "");
  f.message = j.value("message", "");
  f.causes = j.value("causes", std::vector<std::string>());
  f.attempt = j.value("attempt", 1);
  return f;
} catch (const nlohmann::json::exception&) {
  return {.message = std::string(json)};
}

state newest_state(state_type type, const std::vector<state>& history, std::int64_t created) {
  if (!history.empty() && history.back().type == type) return history.back();
  return {type, std::string(default_name(type)), {}, timestamp::from_micros(created)};
}

std::vector<std::string> parse_tags(std::string_view json) {
  const auto j = nlohmann::json::parse(json, nullptr, false);
  return j.is_array() ? j.get<std::vector<std::string>>() : std::vector<std::string>();
}

std::vector<std::int64_t> parse_cursor(std::string_view cursor, std::size_t numbers) {
  std::vector<std::int64_t> out;
  const char* p = cursor.data();
  const char* const end = p + cursor.size();
  for (bool more = true; more;) {
    std::int64_t n = -1;
    const auto [rest, error] = std::from_chars(p, end, n);
    more = rest < end && *rest == ':';
    if (error != std::errc{} || n < 0 || (rest < end && !more)) {
      out.clear();
      break;
    }
    out.push_back(n);
    p = rest + (more ? 1 : 0);
  }
  if (out.size() != numbers) throw_bad_cursor(cursor);
  return out;
}

std::pair<std::int64_t, core::digest> parse_cache_cursor(std::string_view cursor) {
  const auto colon = std::min(cursor.find(':'), cursor.size());
  const auto created = parse_cursor(cursor.substr(0, colon), 1)[0];
  const auto key = core::parse_digest(cursor.substr(std::min(colon + 1, cursor.size())));
  if (!key) throw_bad_cursor(cursor);
  return {created, *key};
}

}  // namespace weir::inline v0::store_detail
