#include "core/tag_set.hpp"

#include "core/name_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <mutex>

namespace weir::inline v0::core {
namespace {

struct merges {
  std::mutex mutex;  // guards known
  std::map<std::pair<name_id, name_id>, name_id> known;
};

merges& the_merges() {
  static merges& m = *new merges;  // never destroyed: see names.cpp
  return m;
}

}  // namespace

name_id make_tag_set(std::vector<std::string> tags) {
  if (tags.empty()) return 0;
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  return intern(nlohmann::json(tags).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

name_id merge_tag_sets(name_id a, name_id b) {
  if (a == b || b == 0) return a;
  if (a == 0) return b;
  auto& m = the_merges();
  std::lock_guard lock(m.mutex);
  auto& merged = m.known[std::minmax(a, b)];
  if (merged == 0) {
    auto both = tags_of(a);
    for (auto& tag : tags_of(b)) both.push_back(std::move(tag));
    merged = make_tag_set(std::move(both));
  }
  return merged;
}

std::vector<std::string> tags_of(name_id set) {
  if (set == 0) return {};
  return nlohmann::json::parse(text_of(set)).get<std::vector<std::string>>();
}

void lock_tag_sets() { the_merges().mutex.lock(); }
void unlock_tag_sets() { the_merges().mutex.unlock(); }

std::string tag_problem(std::string_view tag) {
  if (tag.empty()) return "has an empty tag";
  if (tag.size() > 200) return "has a tag of more than 200 bytes";
  if (const auto what = unprintable(tag); !what.empty()) return fmt::format("has a tag with {}", what);
  return {};
}

}  // namespace weir::inline v0::core
