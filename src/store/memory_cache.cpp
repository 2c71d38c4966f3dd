#include "store/memory_cache.hpp"

#include "core/hash.hpp"
#include "store/records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace weir::inline v0::store_detail {
namespace {

bool matches(const cache_filter& f, const cache_record& r, timestamp now) {
  return (!f.key || *f.key == r.key) && (!f.task || *f.task == r.task) &&
         (!f.older_than || r.created_at < now - *f.older_than) && (r.has_result || f.failed || f.key);
}

auto place_of(const cache_record& r) { return std::tuple(r.created_at, std::string_view(r.key)); }

}  // namespace

void memory_cache::record(const cache_fact& f, const id_of& id) {
  std::lock_guard lock(mutex_);
  auto& e = entries_[std::string(text(f, cache_fact::key))];
  const auto result = text(f, cache_fact::result);
  if (result.empty() && !e.result.empty()) return;
  e.result = result;
  auto& r = e.shown;
  r.key = core::to_hex(core::digest_from(text(f, cache_fact::key)));
  r.task = text_of(f.task);
  r.created_at = timestamp::from_micros(f.created);
  r.expires_at = f.expires == 0 ? std::nullopt : std::optional(timestamp::from_micros(f.expires));
  r.task_run = id(f.run, f.n);
  r.parts = text(f, cache_fact::parts);
  r.has_result = !result.empty();
}

std::optional<found_cache_entry> memory_cache::find(std::string_view key) const {
  std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.result.empty()) return std::nullopt;
  const auto& [shown, result] = found->second;
  return found_cache_entry{shown.created_at.micros(), shown.expires_at ? shown.expires_at->micros() : 0, result};
}

page<cache_record> memory_cache::list(const cache_filter& f, timestamp now) const {
  std::optional<std::pair<std::int64_t, core::digest>> before;
  if (!f.cursor.empty()) before = parse_cache_cursor(f.cursor);
  page<cache_record> out;
  std::lock_guard lock(mutex_);
  for (const auto& [key, e] : entries_) {
    const auto hex = before ? core::to_hex(before->second) : std::string();
    if (before && place_of(e.shown) >= std::tuple(timestamp::from_micros(before->first), std::string_view(hex)))
      continue;
    if (matches(f, e.shown, now)) out.push_back(e.shown);
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return place_of(b) < place_of(a); });
  if (out.size() <= f.limit) return out;
  out.resize(f.limit);
  out.next_cursor = fmt::format("{}:{}", out.back().created_at.micros(), out.back().key);
  return out;
}

std::size_t memory_cache::clear(const cache_filter& f, timestamp now) {
  auto all = f;
  all.failed = true;
  std::lock_guard lock(mutex_);
  const auto removed = static_cast<std::size_t>(
      std::count_if(entries_.begin(), entries_.end(), [&](const auto& e) { return matches(f, e.second.shown, now); }));
  std::erase_if(entries_, [&](const auto& e) { return matches(all, e.second.shown, now); });
  return removed;
}

std::string memory_cache::keep(std::vector<std::byte> value) {
  auto name = core::to_hex(core::hash_of(value));
  std::lock_guard lock(mutex_);
  values_.emplace(name, std::make_shared<const std::vector<std::byte>>(std::move(value)));
  return name;
}

large_value memory_cache::find_value(std::string_view name) const {
  std::lock_guard lock(mutex_);
  const auto found = values_.find(name);
  if (found == values_.end()) throw missing_result(fmt::format("the value {} is not in the memory store", name));
  return {found->second, *found->second, fmt::format("memory:{}", name)};
}

}  // namespace weir::inline v0::store_detail
