#include "store/memory_artifacts.hpp"

#include "store/records.hpp"

#include <limits>

namespace weir::inline v0::store_detail {
namespace {

bool matches(const artifact_filter& f, const artifact_record& r) {
  return (!f.id || *f.id == r.id) && (!f.key || *f.key == r.key) && (!f.type || *f.type == r.type) &&
         (!f.flow_run || f.flow_run == r.flow_run) && (!f.task_run || f.task_run == r.task_run) &&
         (!f.created_after || r.created_at >= *f.created_after) &&
         (!f.created_before || r.created_at <= *f.created_before);
}

}  // namespace

void memory_artifacts::record(const artifact_fact& f, const std::optional<uuid>& flow_run,
                              const std::optional<uuid>& task_run) {
  std::lock_guard lock(mutex_);
  const auto [known, is_new] = by_id_.try_emplace(f.id, static_cast<std::int64_t>(all_.size()) + 1);
  auto& a = all_[known->second];
  auto& r = a.shown;
  if (!is_new && f.updated <= r.updated_at.micros()) return;
  r.description = text(f, artifact_fact::description);
  r.media_type = text(f, artifact_fact::media_type);
  r.size = f.bytes;
  r.updated_at = timestamp::from_micros(f.updated);
  a.content = text(f, artifact_fact::content);
  if (!is_new) return;
  r.id = f.id;
  r.key = text(f, artifact_fact::key);
  r.type = text_of(f.type);
  r.created_at = timestamp::from_micros(f.created);
  r.flow_run = flow_run;
  r.task_run = task_run;
  if (r.key.empty()) return;
  auto& latest = latest_[r.key];
  if (latest != 0) r.version = all_.at(latest).shown.version + 1;
  latest = known->second;
}

bool memory_artifacts::is_latest(std::int64_t seq, const artifact_record& r) const {
  return !r.key.empty() && latest_.at(r.key) == seq;
}

page<found_artifact> memory_artifacts::list(const artifact_filter& f) const {
  const auto before = f.cursor.empty() ? std::numeric_limits<std::int64_t>::max() : parse_cursor(f.cursor, 1)[0];
  page<found_artifact> out;
  std::int64_t last = 0;
  std::lock_guard lock(mutex_);
  for (auto row = std::make_reverse_iterator(all_.lower_bound(before)); row != all_.rend(); ++row) {
    const auto& [seq, a] = *row;
    if (!matches(f, a.shown) || (f.latest_only && !is_latest(seq, a.shown))) continue;
    if (out.size() == f.limit) {
      out.next_cursor = std::to_string(last);
      break;
    }
    out.push_back(a);
    if (!f.with_data) out.back().content.clear();
    last = seq;
  }
  return out;
}

}  // namespace weir::inline v0::store_detail
