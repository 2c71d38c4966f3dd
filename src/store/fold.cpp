#include "store/fold.hpp"

#include "store/records.hpp"

#include <algorithm>
#include <tuple>

namespace weir::inline v0::store_detail {
namespace {

template <class Range, class Less>
void sort_if_needed(Range& range, Less less) {
  if (!std::is_sorted(range.begin(), range.end(), less)) std::sort(range.begin(), range.end(), less);
}

standing standing_of(const run_fact& f) noexcept {
  const auto history = f.kind == fact_kind::flow_run
                           ? static_cast<const flow_run_fact&>(f).length[flow_run_fact::history]
                           : static_cast<const task_run_fact&>(f).length[task_run_fact::history];
  return {f.flow_attempt, f.attempt, history, f.type == state_type::crashed};
}
standing standing_of(const update_fact& u) noexcept {
  return {u.flow_attempt, u.attempt, u.length[update_fact::history], u.type == state_type::crashed};
}
standing standing_of(const run_change& c) noexcept {
  return c.newest ? standing_of(*c.newest) : c.created ? standing_of(*c.created) : standing{};
}

// What a bound thread says late, of an attempt that has been superseded in the same batch, is refused here: the store
// only sees what is left.
void add(run_change& c, const update_fact& u) noexcept {
  if (is_news(standing_of(c), standing_of(u))) c.newest = &u;
}
void add(run_change& c, const run_fact& f) noexcept {
  const auto known = standing_of(c);
  if (std::pair(f.flow_attempt, f.attempt) > std::pair(known.flow_attempt, known.attempt))
    c = {&f, nullptr};  // begun again by its flow's next attempt
  else if (!c.created) c.created = &f;
}

}  // namespace

void folded_batch::assign(std::span<const std::byte> batch) {
  flows_.clear();
  entries_.clear();
  runs_.clear();
  lines_.clear();
  cache_entries_.clear();
  artifacts_.clear();
  const auto remember = [this](const fact& f) {
    entries_.push_back({f.run, f.n, static_cast<std::uint32_t>(entries_.size()), &f});
  };
  for_each_fact(batch, [&](const auto& f) {
    using type = std::remove_cvref_t<decltype(f)>;
    if constexpr (std::is_same_v<type, flow_fact>) flows_.push_back(&f);
    else if constexpr (std::is_same_v<type, log_fact>) lines_.push_back(&f);
    else if constexpr (std::is_same_v<type, cache_fact>) cache_entries_.push_back(&f);
    else if constexpr (std::is_same_v<type, artifact_fact>) artifacts_.push_back(&f);
    else remember(f);
  });

  sort_if_needed(entries_, [](const entry& a, const entry& b) {
    return std::tie(a.run, a.n, a.order) < std::tie(b.run, b.n, b.order);
  });
  sort_if_needed(
      lines_, [](const log_fact* a, const log_fact* b) { return std::tie(a->run, a->seq) < std::tie(b->run, b->seq); });

  const entry* last = nullptr;
  for (const auto& e : entries_) {
    if (!last || last->run != e.run || last->n != e.n) runs_.emplace_back();
    if (e.what->kind == fact_kind::update) add(runs_.back(), static_cast<const update_fact&>(*e.what));
    else add(runs_.back(), static_cast<const run_fact&>(*e.what));
    last = &e;
  }
}

}  // namespace weir::inline v0::store_detail
