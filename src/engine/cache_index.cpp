#include "engine/cache_index.hpp"

#include <algorithm>

namespace weir::inline v0::detail {

void cache_index::add(const core::digest& key, entry what, std::uint64_t end, std::uint64_t committed) {
  std::lock_guard lock(mutex_);
  while (!by_end_.empty() && by_end_.front().first <= committed) {
    const auto found = entries_.find(by_end_.front().second);
    if (found != entries_.end() && found->second.end <= committed) entries_.erase(found);
    by_end_.pop_front();
  }
  entries_.insert_or_assign(key, on_its_way{std::move(what), end});
  by_end_.emplace_back(end, key);
}

std::optional<cache_index::entry> cache_index::find(const core::digest& key, std::uint64_t committed) const {
  std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.end <= committed) return std::nullopt;
  return found->second.what;
}

bool cache_index::would_wait_for_itself(const core::digest& key) const {
  const auto me = std::this_thread::get_id();
  std::vector<core::digest> to_look_at{key}, seen;
  while (!to_look_at.empty()) {
    const auto at = to_look_at.back();
    to_look_at.pop_back();
    if (std::find(seen.begin(), seen.end(), at) != seen.end()) continue;
    seen.push_back(at);
    const auto flying = flights_.find(at);
    if (flying == flights_.end()) continue;
    for (const auto leader : flying->second.leaders) {
      if (leader == me) return true;
      if (const auto waits = waiting_for_.find(leader); waits != waiting_for_.end())
        to_look_at.push_back(waits->second);
    }
  }
  return false;
}

bool cache_index::lead(const core::digest& key, executor& waits) {
  const auto me = std::this_thread::get_id();
  wait_node left;
  {
    std::lock_guard lock(mutex_);
    auto& flying = flights_[key];
    if (flying.leaders.empty() || would_wait_for_itself(key)) {
      flying.leaders.push_back(me);
      return true;
    }
    flying.waiting.push_back(&left);
    waiting_for_.insert_or_assign(me, key);
  }
  waits.wait(left, std::nullopt, {});
  std::lock_guard lock(mutex_);
  waiting_for_.erase(me);
  return false;
}

void cache_index::leave(const core::digest& key) {
  std::vector<wait_node*> waiting;
  {
    std::lock_guard lock(mutex_);
    const auto flying = flights_.find(key);
    auto& leaders = flying->second.leaders;
    leaders.erase(std::find(leaders.begin(), leaders.end(), std::this_thread::get_id()));
    if (!leaders.empty()) return;
    waiting.swap(flying->second.waiting);
    flights_.erase(flying);
  }
  for (auto* node : waiting) node->notify();
}

}  // namespace weir::inline v0::detail
