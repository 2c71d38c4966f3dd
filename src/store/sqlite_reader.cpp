#include "store/sqlite_reader.hpp"

#include "core/hash.hpp"
#include "core/history.hpp"
#include "core/ids.hpp"
#include "store/records.hpp"
#include "store/schema.hpp"
#include "store/sqlite_query.hpp"

#include <SQLiteCpp/Exception.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace weir::inline v0::store_detail {
namespace {

/// `live`: the condition that sends SQLite to the index of live runs. "What is running?" must not read the whole file.
void add_states(where& w, const std::vector<state_type>& states, std::string_view live) {
  if (states.empty()) return;
  std::string list;
  for (const auto s : states) list += fmt::format("{}{}", list.empty() ? "" : ", ", static_cast<int>(s));
  w.add(fmt::format("r.state_type IN ({})", list));
  if (std::none_of(states.begin(), states.end(), is_final)) w.add(live);
}

void add_tags(where& w, const std::vector<std::string>& tags) {
  for (const auto& tag : tags)
    w.add(
        "r.tags IN (SELECT id FROM name WHERE CASE WHEN json_valid(text) THEN EXISTS (SELECT 1 FROM json_each(name.text) WHERE value = ?) ELSE 0 END)",
        tag);
}

void add_times(where& w, const std::optional<timestamp>& after, const std::optional<timestamp>& before) {
  if (after) w.add("r.created + r.start_offset >= ?", after->micros());
  if (before) w.add("r.created + r.start_offset <= ?", before->micros());
}

constexpr std::string_view flow_run_joins =
    " FROM flow_run r LEFT JOIN name f ON f.id = r.flow LEFT JOIN name t ON t.id = r.tags LEFT JOIN name v ON v.id = r.version "
    "LEFT JOIN flow_run p ON p.key = r.parent";
constexpr std::string_view task_run_joins =
    " FROM task_run r JOIN flow_run f ON f.key = r.flow_run LEFT JOIN name k ON k.id = r.task LEFT JOIN name t ON t.id = r.tags "
    "LEFT JOIN name v ON v.id = r.version";

where conditions(const flow_run_filter& f) {
  where w;
  w.add("r.ambient = 0");
  if (f.id) w.add("r.id = ?", blob_of(*f.id));
  if (f.id_from) w.add("r.id >= ?", blob_of(*f.id_from));
  if (f.id_to) w.add("r.id <= ?", blob_of(*f.id_to));
  if (f.flow) w.add("r.flow = (SELECT id FROM name WHERE text = ?)", *f.flow);
  if (f.name) w.add("r.name = ?", *f.name);
  if (f.parent) w.add("r.parent = (SELECT key FROM flow_run WHERE id = ?)", blob_of(*f.parent));
  add_states(w, f.states, "r.key IN (SELECT key FROM flow_run WHERE state_type < 5)");
  add_tags(w, f.tags);
  add_times(w, f.started_after, f.started_before);
  return w;
}

where conditions(const task_run_filter& f) {
  where w;
  if (f.id) add_task_run(w, "r.flow_run", "r.n", *f.id);
  if (f.flow_run) w.add("r.flow_run = (SELECT key FROM flow_run WHERE id = ?)", blob_of(*f.flow_run));
  if (f.task) w.add("r.task = (SELECT id FROM name WHERE text = ?)", *f.task);
  if (f.name) w.add("coalesce(r.name, k.text || '-' || r.dynamic_key) = ?", *f.name);
  if (f.parent) add_task_run(w, "r.flow_run", "r.parent_n", *f.parent);
  add_states(w, f.states, "r.state_type < 5");
  add_tags(w, f.tags);
  add_times(w, f.started_after, f.started_before);
  return w;
}

// Columns that both kinds of runs begin with: state_type, run_count, created, start_offset, end_offset, run_micros,
// parameters, tags, history, failure.
constexpr std::string_view run_columns =
    "r.state_type, r.run_count, r.created, r.start_offset, r.end_offset, r.run_micros, r.parameters, t.text, r.history, r.failure";
constexpr int after_run_columns = 10;

void read_run(const statement& s, run_info& out, std::vector<weir::state>& history) {
  const auto created = s.integer_at(2);
  const auto at = [&](int column) -> std::optional<timestamp> {
    if (s.is_null(column)) return std::nullopt;
    return timestamp::from_micros(created + s.integer_at(column));
  };
  out.attempts = static_cast<int>(s.integer_at(1));
  out.created_at = timestamp::from_micros(created);
  out.started_at = at(3);
  out.ended_at = at(4);
  out.total_run_time = std::chrono::microseconds(s.integer_at(5));
  out.parameters = s.text_at(6);
  if (!s.is_null(7)) out.tags = parse_tags(s.text_at(7));
  history = core::unpack_history(s.text_at(8), created);
  if (!s.is_null(9)) out.failure = parse_failure(s.text_at(9));
  out.state = newest_state(static_cast<state_type>(s.integer_at(0)), history, created);
}

std::uint64_t file_size(const std::string& path) noexcept {
  struct stat s {};
  return ::stat(path.c_str(), &s) == 0 ? static_cast<std::uint64_t>(s.st_size) : 0;
}

// Hardly anybody writes what is on a read-only mount, and without a log the file is all there is. SQLite would want to make
// the log's index beside it; told that the file never changes, it does not.
bool cannot_change(const std::string& path) noexcept {
  struct statvfs where {};
  return ::statvfs(path.c_str(), &where) == 0 && (where.f_flag & ST_RDONLY) != 0 && file_size(path + "-wal") == 0;
}

std::string as_unchanging(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') uri += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    else uri += c;
  }
  return uri + "?immutable=1";
}

int version_to_read(SQLite::Database& db, const std::string& path) try {
  return check_store(db, path);
} catch (const store_error& e) {
  if (e.code() != error_code::store_read_only && e.code() != error_code::store_cannot_open) throw;
  const auto file = std::filesystem::path(path).filename().string();
  throw store_error(
      fmt::format(
          "cannot open the store {}: to read it SQLite needs {}-shm beside it, which may not be made in this directory; "
          "copy {}, with {}-wal where there is one, to a directory where this program may write",
          path, file, file, file),
      e.code());
}

SQLite::Database open_to_read(const std::string& path, bool frozen) try {
  if (struct stat s{}; ::stat(path.c_str(), &s) != 0)
    throw store_error(
        fmt::format(
            "cannot open the store {}: there is no such file; look at the path, or run a flow that records there first",
            path),
        error_code::store_cannot_open);
  if (::access(path.c_str(), R_OK) != 0)
    throw store_error(fmt::format("cannot open the store {}: this user may not read it; look at its permissions", path),
                      error_code::store_cannot_open);
  SQLite::Database db(frozen ? as_unchanging(path) : path,
                      SQLite::OPEN_READONLY | SQLite::OPEN_NOMUTEX | (frozen ? SQLite::OPEN_URI : 0), 5000);
  sqlite3_db_config(db.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  if (version_to_read(db, path) == 0)
    throw store_error(fmt::format("cannot open the store {}: it is empty; run a flow that records there first", path),
                      error_code::store_not_a_store);
  return db;
} catch (const SQLite::Exception& e) {
  throw store_error(fmt::format("cannot open the store {}: {}; look at its path and its permissions", path, e.what()),
                    error_code::store_cannot_open);
}

}  // namespace

where conditions(const cache_filter& f, std::int64_t now) {
  where w;
  if (f.key)
    w.add("e.cache_key = ?", bytes{std::string(core::view_of(core::parse_digest(*f.key).value_or(core::digest{})))});
  if (f.task) w.add("e.task = (SELECT id FROM name WHERE text = ?)", *f.task);
  if (f.older_than) w.add("e.created < ?", now - f.older_than->count());
  if (!f.failed && !f.key) w.add("e.result IS NOT NULL");
  return w;
}

sqlite_reader::turn::turn(const sqlite_reader& r) : lock_(r.mutex_) {
  if (r.inherited()) {
    close_inherited();
    r.db_ = open_to_read(r.path_, r.frozen_ = cannot_change(r.path_));
    const_cast<sqlite_reader&>(r).opened_again();
  } else if (r.frozen_ && !cannot_change(r.path_)) {  // somebody writes after all, through another mount
    r.db_ = open_to_read(r.path_, r.frozen_ = false);
  }
}

sqlite_reader::sqlite_reader(const std::string& path)
    : path_(path), frozen_(cannot_change(path)), db_(open_to_read(path, frozen_)) {}

void sqlite_reader::let_go() noexcept {
  find_entry_.reset();
  const auto closed_now = std::move(db_);
}

std::vector<flow_record> sqlite_reader::flows() const {
  const turn mine(*this);
  statement s(db_.getHandle(), "SELECT name, created, version, description, parameter_schema FROM flow ORDER BY name",
              path_);
  std::vector<flow_record> out;
  while (s.step())
    out.push_back({std::string(s.text_at(0)), timestamp::from_micros(s.integer_at(1)), std::string(s.text_at(2)),
                   std::string(s.text_at(3)), std::string(s.text_at(4))});
  return out;
}

page<flow_run_record> sqlite_reader::flow_runs(const flow_run_filter& f) const {
  auto w = conditions(f);
  if (!f.cursor.empty()) w.add("r.key < ?", parse_cursor(f.cursor, 1)[0]);
  const turn mine(*this);
  statement s(
      db_.getHandle(),
      fmt::format("SELECT {}, r.id, r.name, f.text, v.text, p.id, r.parent_n, r.key{}{} ORDER BY r.key DESC LIMIT {}",
                  run_columns, flow_run_joins, w.text(), rows_for(f.limit)),
      path_);
  w.bind(s);
  page<flow_run_record> out;
  std::int64_t last = 0;
  constexpr int c = after_run_columns;
  while (s.step()) {
    auto& r = out.emplace_back();
    read_run(s, r, r.history);
    r.kind = run_kind::flow;
    r.id = uuid_from(s.text_at(c));
    r.name = s.text_at(c + 1);
    r.flow = s.text_at(c + 2);
    r.version = s.text_at(c + 3);
    if (!s.is_null(c + 4)) {
      r.parent = uuid_from(s.text_at(c + 4));
      r.parent_task_run = core::task_run_id(*r.parent, static_cast<std::uint32_t>(s.integer_at(c + 5)));
    }
    if (out.size() <= f.limit) last = s.integer_at(c + 6);
  }
  end_page(out, f.limit, std::to_string(last));
  return out;
}

page<task_run_record> sqlite_reader::task_runs(const task_run_filter& f) const {
  auto w = conditions(f);
  if (!f.cursor.empty()) {
    const auto at = parse_cursor(f.cursor, 2);
    w.add("(r.flow_run, r.n) > (?, ?)", at[0], at[1]);
  }
  const turn mine(*this);
  statement s(
      db_.getHandle(),
      fmt::format(
          "SELECT {}, f.id, r.n, k.text, r.dynamic_key, r.name, r.parent_n, v.text, r.child, r.flow_run{}{} ORDER BY r.flow_run, r.n LIMIT {}",
          run_columns, task_run_joins, w.text(), rows_for(f.limit)),
      path_);
  w.bind(s);
  page<task_run_record> out;
  std::string last;
  constexpr int c = after_run_columns;
  while (s.step()) {
    auto& r = out.emplace_back();
    read_run(s, r, r.history);
    r.flow_run = uuid_from(s.text_at(c));
    const auto n = static_cast<std::uint32_t>(s.integer_at(c + 1));
    r.id = core::task_run_id(r.flow_run, n);
    r.task = s.text_at(c + 2);
    r.index = static_cast<std::uint32_t>(s.integer_at(c + 3));
    r.name = shown_name(s.text_at(c + 4), r.task, r.index);
    if (!s.is_null(c + 5)) r.parent = core::task_run_id(r.flow_run, static_cast<std::uint32_t>(s.integer_at(c + 5)));
    r.version = s.text_at(c + 6);
    if (!s.is_null(c + 7)) r.child_flow_run = uuid_from(s.text_at(c + 7));
    if (out.size() <= f.limit) last = fmt::format("{}:{}", s.integer_at(c + 8), n);
  }
  end_page(out, f.limit, std::move(last));
  return out;
}

page<log_record> sqlite_reader::logs(const log_filter& f) const {
  where w;
  if (f.flow_run) w.add("l.flow_run = (SELECT key FROM flow_run WHERE id = ?)", blob_of(*f.flow_run));
  if (f.task_run) add_task_run(w, "l.flow_run", "l.n", *f.task_run);
  if (f.min_level) w.add("l.level >= ?", static_cast<std::int64_t>(*f.min_level));
  if (f.contains) w.add("instr(CAST(l.message AS BLOB), ?) > 0", bytes{*f.contains});  // texts need not be UTF-8
  if (f.after) w.add("l.created >= ?", f.after->micros());
  if (f.before) w.add("l.created <= ?", f.before->micros());
  if (!f.cursor.empty()) {
    const auto at = parse_cursor(f.cursor, 2);
    w.add("(l.flow_run, l.seq) > (?, ?)", at[0], at[1]);
  }
  const turn mine(*this);
  statement s(
      db_.getHandle(),
      fmt::format(
          "SELECT l.created, l.level, l.message, f.id, l.n, f.name, r.name, k.text, r.dynamic_key, l.flow_run, l.seq, g.text FROM log l "
          "JOIN flow_run f ON f.key = l.flow_run LEFT JOIN task_run r ON l.n > 0 AND r.flow_run = l.flow_run AND r.n = l.n "
          "LEFT JOIN name k ON k.id = r.task LEFT JOIN name g ON g.id = l.logger{} ORDER BY l.flow_run, l.seq LIMIT {}",
          w.text(), rows_for(f.limit)),
      path_);
  w.bind(s);
  page<log_record> out;
  std::string last;
  while (s.step()) {
    auto& r = out.emplace_back();
    r.at = timestamp::from_micros(s.integer_at(0));
    r.level = static_cast<log::level>(s.integer_at(1));
    r.message = s.text_at(2);
    r.flow_run = uuid_from(s.text_at(3));
    const auto n = static_cast<std::uint32_t>(s.integer_at(4));
    if (n > 0) r.task_run = core::task_run_id(r.flow_run, n);
    if (n == 0) r.run_name = s.text_at(5);
    else if (!s.is_null(7))
      r.run_name = shown_name(s.text_at(6), s.text_at(7), static_cast<std::uint32_t>(s.integer_at(8)));
    r.logger = s.text_at(11);
    if (out.size() <= f.limit) last = fmt::format("{}:{}", s.integer_at(9), s.integer_at(10));
  }
  end_page(out, f.limit, std::move(last));
  return out;
}

std::size_t sqlite_reader::count_flow_runs(const flow_run_filter& f) const {
  const auto w = conditions(f);
  const turn mine(*this);
  statement s(db_.getHandle(), fmt::format("SELECT count(*) FROM flow_run r{}", w.text()), path_);
  w.bind(s);
  s.step();
  return static_cast<std::size_t>(s.integer_at(0));
}

std::size_t sqlite_reader::count_task_runs(const task_run_filter& f) const {
  const auto w = conditions(f);
  const turn mine(*this);
  statement s(db_.getHandle(),
              fmt::format("SELECT count(*) FROM task_run r LEFT JOIN name k ON k.id = r.task{}", w.text()), path_);
  w.bind(s);
  s.step();
  return static_cast<std::size_t>(s.integer_at(0));
}

std::vector<known_task_run> sqlite_reader::known_task_runs(const uuid& flow_run) const {
  const turn mine(*this);
  statement s(db_.getHandle(),
              "SELECT r.parent_n, k.text, r.dynamic_key, r.n FROM task_run r JOIN name k ON k.id = r.task "
              "WHERE r.flow_run = (SELECT key FROM flow_run WHERE id = ?)",
              path_);
  const auto id = blob_of(flow_run);
  s.blob(id.value);
  std::vector<known_task_run> out;
  while (s.step())
    out.push_back({static_cast<std::uint32_t>(s.integer_at(0)), std::string(s.text_at(1)),
                   static_cast<std::uint32_t>(s.integer_at(2)), static_cast<std::uint32_t>(s.integer_at(3))});
  return out;
}

std::optional<earlier_task_run> sqlite_reader::find_earlier(const uuid& flow_run, std::uint32_t n) const {
  const turn mine(*this);
  statement s(
      db_.getHandle(),
      "SELECT created, history, result, child, parameters FROM task_run WHERE flow_run = (SELECT key FROM flow_run WHERE id = ?) AND n = ?",
      path_);
  const auto id = blob_of(flow_run);
  s.blob(id.value).integer(n);
  if (!s.step()) return std::nullopt;
  earlier_task_run out{s.integer_at(0), std::string(s.text_at(1)), std::string(s.text_at(2)), std::nullopt,
                       std::string(s.text_at(4))};
  if (!s.is_null(3)) out.child = uuid_from(s.text_at(3));
  return out;
}

// One value of one run of either kind.
std::optional<std::string> sqlite_reader::column_of(const uuid& run, std::string_view column) const {
  const turn mine(*this);
  where w;
  const bool is_task = core::is_task_run_id(run);
  if (is_task) add_task_run(w, "r.flow_run", "r.n", run);
  else w.add("r.id = ?", blob_of(run));
  statement s(db_.getHandle(),
              fmt::format("SELECT r.{} FROM {} r{}", column, is_task ? "task_run" : "flow_run", w.text()), path_);
  w.bind(s);
  if (!s.step()) return std::nullopt;
  return std::string(s.text_at(0));
}

std::optional<std::string> sqlite_reader::find_result(const uuid& run) const { return column_of(run, "result"); }

std::string sqlite_reader::cache_use(const uuid& task_run) const {
  return core::is_task_run_id(task_run) ? column_of(task_run, "cache_key").value_or("") : "";
}

std::optional<found_cache_entry> sqlite_reader::find_cache_entry(std::string_view key) const {
  const turn mine(*this);
  if (!find_entry_) {
    find_entry_.emplace(
        db_.getHandle(),
        "SELECT created, cache_expiration, result FROM cache_entry WHERE cache_key = ? AND result IS NOT NULL", path_);
  }
  auto& s = *find_entry_;
  s.blob(key);
  if (!s.step()) return std::nullopt;
  found_cache_entry out{s.integer_at(0), s.integer_at(1), std::string(s.text_at(2))};
  s.reset();
  return out;
}

page<cache_record> sqlite_reader::cache_entries(const cache_filter& f, std::int64_t now) const {
  auto w = conditions(f, now);
  if (!f.cursor.empty()) {
    const auto [created, key] = parse_cache_cursor(f.cursor);
    w.add("(e.created, e.cache_key) < (?, ?)", created, bytes{std::string(core::view_of(key))});
  }
  const turn mine(*this);
  statement s(
      db_.getHandle(),
      fmt::format(
          "SELECT e.cache_key, k.text, e.created, e.cache_expiration, f.id, e.n, e.parts, e.result IS NOT NULL FROM "
          "cache_entry e LEFT JOIN name k ON k.id = e.task LEFT JOIN flow_run f ON f.key = e.flow_run{} ORDER BY "
          "e.created DESC, e.cache_key DESC LIMIT {}",
          w.text(), f.limit + 1),
      path_);
  w.bind(s);
  page<cache_record> out;
  std::string last;
  while (s.step()) {
    auto& r = out.emplace_back();
    r.key = core::to_hex(core::digest_from(s.text_at(0)));
    r.task = s.text_at(1);
    r.created_at = timestamp::from_micros(s.integer_at(2));
    if (!s.is_null(3)) r.expires_at = timestamp::from_micros(s.integer_at(3));
    if (!s.is_null(4))
      r.task_run = core::task_run_id(uuid_from(s.text_at(4)), static_cast<std::uint32_t>(s.integer_at(5)));
    r.parts = s.text_at(6);
    r.has_result = s.integer_at(7) != 0;
    if (out.size() <= f.limit) last = fmt::format("{}:{}", s.integer_at(2), r.key);
  }
  end_page(out, f.limit, std::move(last));
  return out;
}

store_info sqlite_reader::info() const {
  const turn mine(*this);
  return {path_, check_store(db_, path_), file_size(path_) + file_size(path_ + "-wal")};
}

}  // namespace weir::inline v0::store_detail
