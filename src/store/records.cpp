#include "store/records.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace weir::inline v0::store_detail {

std::string shown_name(std::string_view own, std::string_view task, std::uint32_t index) {
  return own.empty() ? fmt::format("{}-{}", task, index) : std::string(own);
}

failure parse_failure(std::string_view json) {
  failure f;
  const auto j = nlohmann::json::parse(json, nullptr, false);
  if (!j.is_object()) {
    f.message = json;
    return f;
  }
  f.code = static_cast<error_code>(j.value("code", static_cast<int>(error_code::other)));
  f.type = j.value("type", "");
  f.message = j.value("message", "");
  f.causes = j.value("causes", std::vector<std::string>());
  f.attempt = j.value("attempt", 1);
  return f;
}

std::vector<std::string> parse_tags(std::string_view json) {
  const auto j = nlohmann::json::parse(json, nullptr, false);
  return j.is_array() ? j.get<std::vector<std::string>>() : std::vector<std::string>();
}

}  // namespace weir::inline v0::store_detail
