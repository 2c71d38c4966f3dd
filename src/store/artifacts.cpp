// What weir::store says about artifacts.

#include <weir/store.hpp>

#include "store/records.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace weir::inline v0 {
namespace {

constexpr auto bytes_in = [](std::string_view text) { return std::as_bytes(std::span(text)); };

std::string described(const artifact_record& r) {
  return fmt::format("the {} {}{}", r.type, r.key.empty() ? std::string() : fmt::format("\"{}\" ", r.key), r.id);
}

// Calls use(bytes) with what an artifact holds. \throws missing_result
template <class Use>
void with_content(const store_port& port, const found_artifact& a, Use&& use) try {
  std::string_view kept = a.content;
  const bool large = kept.starts_with('f');
  kept.remove_prefix(kept.empty() ? 0 : 1);
  if (!large) return use(bytes_in(kept));
  const auto value = port.find_large_value(kept);
  use(value.bytes);
} catch (const missing_result& e) {
  throw missing_result(fmt::format("{}: {}", described(a.shown), e.what()));
}

bool is_text(const artifact_record& r) { return r.media_type.empty(); }

artifact_record with_data(const store_port& port, found_artifact a) {
  if (is_text(a.shown))
    with_content(port, a, [&](std::span<const std::byte> bytes) {
      a.shown.data.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    });
  return std::move(a.shown);
}

std::optional<artifact_record> first(const store_port& port, const artifact_filter& f) {
  auto found = port.artifacts(f);
  if (found.empty()) return std::nullopt;
  return with_data(port, std::move(found.front()));
}

}  // namespace

page<artifact_record> store::artifacts(const artifact_filter& f) const {
  auto found = port_->artifacts(store_detail::checked(f));
  page<artifact_record> out;
  out.next_cursor = std::move(found.next_cursor);
  for (auto& a : found) {
    try {
      out.push_back(with_data(*port_, a));
    } catch (const error&) {  // one file that is gone must not hide the others: size says that there was data
      out.push_back(std::move(a.shown));
    }
  }
  return out;
}

std::size_t store::count_artifacts(const artifact_filter& f) const { return port_->count_artifacts(f); }

std::optional<artifact_record> store::artifact(std::string_view key) const {
  if (key.empty()) return std::nullopt;  // what has no key has no newest one either
  return first(*port_, {.key = std::string(key), .limit = 1});
}
std::optional<artifact_record> store::find_artifact(const uuid& id) const {
  return first(*port_, {.id = id, .limit = 1});
}

std::vector<std::byte> store::artifact_bytes(const uuid& id) const {
  const auto found = port_->artifacts({.id = id, .limit = 1});
  if (found.empty())
    throw store_error(fmt::format("store {}: there is no artifact {}", info().path, id), error_code::unknown_artifact);
  std::vector<std::byte> out;
  with_content(*port_, found[0], [&](std::span<const std::byte> bytes) { out.assign(bytes.begin(), bytes.end()); });
  return out;
}

std::string to_json(const artifact_record& r) {
  const auto id_or_null = [](const std::optional<uuid>& id) {
    return id ? nlohmann::ordered_json(to_string(*id)) : nlohmann::ordered_json();
  };
  nlohmann::ordered_json j;
  j["id"] = to_string(r.id);
  j["key"] = r.key;
  j["type"] = r.type;
  j["description"] = r.description;
  j["data"] = r.data;
  if (r.type == "table" || r.type == "progress")
    if (auto parsed = nlohmann::ordered_json::parse(r.data, nullptr, false); !parsed.is_discarded())
      j["data"] = std::move(parsed);
  j["media_type"] = r.media_type;
  j["size"] = r.size;
  j["version"] = r.version;
  j["created_at"] = to_string(r.created_at);
  j["updated_at"] = to_string(r.updated_at);
  j["flow_run"] = id_or_null(r.flow_run);
  j["task_run"] = id_or_null(r.task_run);
  return j.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace weir::inline v0
