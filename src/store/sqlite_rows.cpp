// From facts to rows of a store file.

#include "store/sqlite_reader.hpp"
#include "store/sqlite_turn.hpp"

namespace weir::inline v0::store_detail {
namespace {

std::string_view bytes_of(const uuid& id) noexcept {
  return {reinterpret_cast<const char*>(id.bytes), sizeof id.bytes};
}

}  // namespace

std::int64_t sqlite_writer::name(name_id id) {
  if (id >= names_.size()) names_.resize(id + 64);
  if (names_[id] != 0) return names_[id];
  const auto text = text_of(id);
  auto& find = sql_->find_name;
  find.text(text);
  if (find.step()) {
    names_[id] = find.integer_at(0);
    find.reset();
  } else {
    auto& add = sql_->add_name;
    add.text(text);
    add.step();
    names_[id] = add.integer_at(0);
    add.run();
  }
  new_names_.push_back(id);
  return names_[id];
}

std::int64_t sqlite_writer::known_key(std::uint64_t run) const {
  const auto found = keys_.find(run);
  return found == keys_.end() ? 0 : found->second;
}

void sqlite_writer::write_flow(const flow_fact& f) {
  auto& s = sql_->flow;
  s.text(text_of(f.name))
      .integer(f.at)
      .text_or_null(text_of(f.version))
      .text_or_null(text(f, flow_fact::description))
      .text(text(f, flow_fact::schema));
  s.run();
}

void sqlite_writer::write_run(const run_change& c) {
  const fact& any = c.created ? static_cast<const fact&>(*c.created) : *c.newest;
  if (any.n == 0 && c.created) return write_flow_run(static_cast<const flow_run_fact&>(*c.created), c.newest);
  const auto flow_run = known_key(any.run);
  if (flow_run == 0) {
    ++lost_;
    return;
  }
  if (c.created) write_task_run(flow_run, static_cast<const task_run_fact&>(*c.created), c.newest);
  else write_update(flow_run, *c.newest);
}

void sqlite_writer::write_flow_run(const flow_run_fact& f, const update_fact* u) {
  const auto parent = f.parent_run ? known_key(f.parent_run) : 0;
  const auto state_name = u ? u->state_name : f.state_name;
  auto& s = sql_->flow_run;
  s.blob(bytes_of(f.id)).integer_or_null(f.name ? name(f.name) : 0, 0).text(text(f, flow_run_fact::run_name));
  s.integer(static_cast<std::int64_t>(f.session)).integer(f.ambient).integer(static_cast<int>(u ? u->type : f.type));
  s.integer_or_null(state_name ? name(state_name) : 0, 0)
      .text_or_null(u ? text(*u, update_fact::message) : std::string_view());
  s.integer(u ? u->attempt : f.attempt).integer(f.created).integer_or_null(u ? u->start_offset : f.start_offset, -1);
  s.integer_or_null(u ? u->end_offset : -1, -1)
      .integer_or_null(u ? u->run_micros : f.run_micros, 0)
      .text_or_null(text(f, flow_run_fact::parameters));
  s.integer_or_null(f.tags ? name(f.tags) : 0, 0).integer_or_null(f.version ? name(f.version) : 0, 0);
  s.integer_or_null(parent, 0).integer_or_null(f.parent_n, 0);
  s.blob(u ? text(*u, update_fact::history) : text(f, flow_run_fact::history))
      .text_or_null(u ? text(*u, update_fact::failure) : std::string_view())
      .blob_or_null(u ? text(*u, update_fact::result) : std::string_view());
  sqlite3_set_last_insert_rowid(db_.getHandle(), 0);
  std::int64_t key = 0;
  while (s.step()) key = s.integer_at(0);
  if (keys_.try_emplace(f.run, key).second) new_keys_.push_back(f.run);
  // A run that was known keeps what its creation said; what has happened since may be news.
  if (u && sqlite3_last_insert_rowid(db_.getHandle()) == 0) write_update(key, *u);
}

void sqlite_writer::write_task_run(std::int64_t flow_run, const task_run_fact& f, const update_fact* u) {
  const auto state_name = u ? u->state_name : f.state_name;
  auto& s = sql_->task_run;
  s.integer(flow_run).integer(f.n).integer(name(f.name)).integer(f.index).integer_or_null(f.parent_n, 0);
  s.integer(static_cast<int>(u ? u->type : f.type))
      .integer(u ? u->attempt : f.attempt)
      .integer(u ? u->flow_attempt : f.flow_attempt)
      .integer(f.created);
  s.integer_or_null(u ? u->start_offset : f.start_offset, -1)
      .integer_or_null(u ? u->end_offset : -1, -1)
      .integer_or_null(u ? u->run_micros : f.run_micros, 0);
  s.text_or_null(text(f, task_run_fact::parameters))
      .blob(u ? text(*u, update_fact::history) : text(f, task_run_fact::history));
  s.text_or_null(text(f, task_run_fact::run_name)).integer_or_null(state_name ? name(state_name) : 0, 0);
  s.text_or_null(u ? text(*u, update_fact::message) : std::string_view());
  s.integer_or_null(f.tags ? name(f.tags) : 0, 0).integer_or_null(f.version ? name(f.version) : 0, 0);
  s.blob_or_null(text(f, task_run_fact::child))
      .text_or_null(u ? text(*u, update_fact::failure) : std::string_view())
      .blob_or_null(u ? text(*u, update_fact::result) : std::string_view())
      .blob_or_null(text(f, task_run_fact::cache_key));
  s.run();
}

void sqlite_writer::write_update(std::int64_t flow_run, const update_fact& u) {
  auto& s = u.n == 0 ? sql_->update_flow_run : sql_->update_task_run;
  s.integer(static_cast<int>(u.type))
      .integer_or_null(u.state_name ? name(u.state_name) : 0, 0)
      .text_or_null(text(u, update_fact::message));
  s.integer(u.attempt)
      .integer_or_null(u.start_offset, -1)
      .integer_or_null(u.end_offset, -1)
      .integer_or_null(u.run_micros, 0);
  s.blob(text(u, update_fact::history))
      .text_or_null(text(u, update_fact::failure))
      .blob_or_null(text(u, update_fact::result));
  if (u.n != 0) s.integer(u.flow_attempt);
  s.integer(flow_run);
  if (u.n != 0) s.integer(u.n);
  s.run();
}

void sqlite_writer::write_cache_entry(const cache_fact& f) {
  const auto flow_run = known_key(f.run);
  auto& s = sql_->cache_entry;
  s.blob(text(f, cache_fact::key)).integer(name(f.task)).integer(f.created).integer_or_null(f.expires, 0);
  s.integer_or_null(flow_run, 0)
      .integer(f.n)
      .text(text(f, cache_fact::parts))
      .blob_or_null(text(f, cache_fact::result));
  s.run();
}

void sqlite_writer::write_artifact(const artifact_fact& f) {
  const auto flow_run = known_key(f.run);
  if (flow_run == 0) {
    ++lost_;
    return;
  }
  const auto id = bytes_of(f.id);
  auto& find = sql_->find_artifact;
  find.blob(id);
  const bool known = find.step();
  const bool is_news = !known || f.updated > find.integer_at(0);
  find.reset();
  if (!is_news) return;

  const auto key = text(f, artifact_fact::key), media_type = text(f, artifact_fact::media_type);
  const auto content = text(f, artifact_fact::content), data = content.substr(std::min<std::size_t>(1, content.size()));
  const auto put_content = [&](statement& s) -> statement& {
    s.text_or_null(text(f, artifact_fact::description));
    if (content.starts_with('f')) s.null().text(data);
    else (media_type.empty() ? s.text(data) : s.blob(data)).null();
    return s.text_or_null(media_type).integer(static_cast<std::int64_t>(f.bytes)).integer(f.updated).blob(id);
  };
  if (known) return put_content(sql_->change_artifact).run();

  std::int64_t before = 0;
  if (!key.empty()) {
    auto& supersede = sql_->supersede_artifact;
    supersede.text(key);
    while (supersede.step()) before = supersede.integer_at(0);
  }
  auto& s = put_content(sql_->artifact).integer(f.created).integer(name(f.type)).text_or_null(key);
  s.integer(before + 1).integer_or_null(key.empty() ? 0 : 1, 0).integer(flow_run).integer(f.n);
  s.run();
}

std::size_t sqlite_writer::clear_cache(const cache_filter& which, std::int64_t now) {
  turn t(*this);
  const auto remove = [&](const cache_filter& f) {
    const auto w = conditions(f, now);
    statement s(db_.getHandle(), "DELETE FROM cache_entry AS e" + w.text(), path_);
    w.bind(s);
    s.run();
    return static_cast<std::size_t>(sqlite3_changes(db_.getHandle()));
  };
  const auto removed = remove(which);
  auto rest = which;
  rest.failed = true;  // what failed runs left of their keys goes too, and does not count
  remove(rest);
  t.commit();
  return removed;
}

void sqlite_writer::write_line(const log_fact& f) {
  const auto flow_run = known_key(f.run);
  if (flow_run == 0) {
    ++lost_;
    return;
  }
  const auto message = text(f, log_fact::message);
  const auto logger = f.logger ? name(f.logger) : 0;
  auto& s = sql_->line;
  s.integer(flow_run)
      .integer(f.seq)
      .integer(f.n)
      .integer(static_cast<int>(f.level))
      .integer(f.at)
      .text(message)
      .integer_or_null(logger, 0);
  s.run();
  if (sqlite3_changes(db_.getHandle()) == 1) return;
  // Either this line is there already, or another process has written lines of this run: then ours goes behind them.
  auto& late = sql_->late_line;
  late.integer(flow_run)
      .integer(f.seq)
      .integer(f.n)
      .integer(static_cast<int>(f.level))
      .integer(f.at)
      .text(message)
      .integer_or_null(logger, 0);
  late.run();
}

}  // namespace weir::inline v0::store_detail
