// Queries on the artifacts of a store file.

#include "store/records.hpp"
#include "store/sqlite_query.hpp"
#include "store/sqlite_reader.hpp"

namespace weir::inline v0::store_detail {
namespace {

where conditions(const artifact_filter& f) {
  where w;
  if (f.id) w.add("a.id = ?", blob_of(*f.id));
  if (f.key && f.key->empty()) w.add("a.key IS NULL");
  else if (f.key) w.add("a.key = ?", *f.key);
  if (f.type) w.add("a.type = (SELECT id FROM name WHERE text = ?)", *f.type);
  if (f.flow_run) w.add("a.flow_run = (SELECT key FROM flow_run WHERE id = ? AND ambient = 0)", blob_of(*f.flow_run));
  if (f.task_run) add_task_run(w, "a.flow_run", "a.n", *f.task_run);
  if (f.created_after) w.add("a.created >= ?", f.created_after->micros());
  if (f.created_before) w.add("a.created <= ?", f.created_before->micros());
  if (f.latest_only) w.add("a.latest = 1");
  return w;
}

}  // namespace

page<found_artifact> sqlite_reader::artifacts(const artifact_filter& f) const {
  auto w = conditions(f);
  if (!f.cursor.empty()) w.add("a.seq < ?", parse_cursor(f.cursor, 1)[0]);
  const turn mine(*this);
  statement s(
      db_.getHandle(),
      fmt::format(
          "SELECT a.id, a.key, a.version, t.text, a.description, {}, a.media_type, a.size, a.created, a.updated, f.id, "
          "f.ambient, a.n, a.seq FROM artifact a LEFT JOIN flow_run f ON f.key = a.flow_run LEFT JOIN name t ON t.id = a.type{} "
          "ORDER BY a.seq DESC LIMIT {}",
          f.with_data ? "a.data, a.data_file" : "NULL, NULL", w.text(), rows_for(f.limit)),
      path_);
  w.bind(s);
  page<found_artifact> out;
  std::int64_t last = 0;
  while (s.step()) {
    auto& a = out.emplace_back();
    auto& r = a.shown;
    r.id = uuid_from(s.text_at(0));
    r.key = s.text_at(1);
    r.version = static_cast<int>(s.integer_at(2));
    r.type = s.text_at(3);
    r.description = s.text_at(4);
    if (f.with_data) a.content.assign(1, s.is_null(6) ? 'j' : 'f').append(s.text_at(s.is_null(6) ? 5 : 6));
    r.media_type = s.text_at(7);
    r.size = static_cast<std::uint64_t>(s.integer_at(8));
    r.created_at = timestamp::from_micros(s.integer_at(9));
    r.updated_at = timestamp::from_micros(s.integer_at(10));
    const auto flow_run = uuid_from(s.text_at(11));
    if (s.integer_at(12) == 0) r.flow_run = flow_run;
    if (const auto n = static_cast<std::uint32_t>(s.integer_at(13)); n != 0)
      r.task_run = core::task_run_id(flow_run, n);
    if (out.size() <= f.limit) last = s.integer_at(14);
  }
  end_page(out, f.limit, std::to_string(last));
  return out;
}

std::size_t sqlite_reader::count_artifacts(const artifact_filter& f) const {
  const auto w = conditions(f);
  const turn mine(*this);
  statement s(db_.getHandle(), fmt::format("SELECT count(*) FROM artifact a{}", w.text()), path_);
  w.bind(s);
  s.step();
  return static_cast<std::size_t>(s.integer_at(0));
}

}  // namespace weir::inline v0::store_detail
