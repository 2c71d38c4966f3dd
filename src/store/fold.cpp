#include "store/fold.hpp"

#include <algorithm>
#include <tuple>

namespace weir::inline v0::store_detail {
namespace {

template <class Range, class Less>
void sort_if_needed(Range& range, Less less) {
  if (!std::is_sorted(range.begin(), range.end(), less)) std::sort(range.begin(), range.end(), less);
}

}  // namespace

void folded_batch::assign(std::span<const std::byte> batch) {
  flows_.clear();
  entries_.clear();
  runs_.clear();
  lines_.clear();
  cache_entries_.clear();
  const auto add = [this](const fact& f) {
    entries_.push_back({f.run, f.n, static_cast<std::uint32_t>(entries_.size()), &f});
  };
  for_each_fact(batch, [&](const auto& f) {
    using type = std::remove_cvref_t<decltype(f)>;
    if constexpr (std::is_same_v<type, flow_fact>) flows_.push_back(&f);
    else if constexpr (std::is_same_v<type, log_fact>) lines_.push_back(&f);
    else if constexpr (std::is_same_v<type, cache_fact>) cache_entries_.push_back(&f);
    else add(f);
  });

  sort_if_needed(entries_, [](const entry& a, const entry& b) {
    return std::tie(a.run, a.n, a.order) < std::tie(b.run, b.n, b.order);
  });
  sort_if_needed(
      lines_, [](const log_fact* a, const log_fact* b) { return std::tie(a->run, a->seq) < std::tie(b->run, b->seq); });

  const entry* last = nullptr;
  for (const auto& e : entries_) {
    if (!last || last->run != e.run || last->n != e.n) runs_.emplace_back();
    auto& change = runs_.back();
    if (e.what->kind == fact_kind::update) {
      change.newest = static_cast<const update_fact*>(e.what);
    } else {
      change = {static_cast<const run_fact*>(e.what), nullptr};  // made again in a later attempt of its flow
    }
    last = &e;
  }
}

}  // namespace weir::inline v0::store_detail
