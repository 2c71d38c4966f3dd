#include "store/sqlite_writer.hpp"

#include "core/history.hpp"
#include "core/ids.hpp"
#include "store/schema.hpp"
#include "store/sqlite_reader.hpp"

#include <SQLiteCpp/Exception.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>

namespace weir::inline v0::store_detail {
namespace {

// The log is copied into the file when the writer is idle and it has this many bytes, or at once past the ceiling. Chosen:
// a commit that checkpoints 4 MB takes some milliseconds, and reading gets slower with a long log.
constexpr std::uint64_t idle_checkpoint = 1 << 20;
constexpr std::uint64_t checkpoint_ceiling = 64 << 20;

// For programs that write the file without taking turns with us.
constexpr int busy_milliseconds = 5000;

std::string boot_id() {
  std::string id;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), id);
  return id;
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

std::string_view bytes_of(const uuid& id) noexcept {
  return {reinterpret_cast<const char*>(id.bytes), sizeof id.bytes};
}

std::uint64_t file_size(const std::string& path) noexcept {
  struct stat s {};
  return ::stat(path.c_str(), &s) == 0 ? static_cast<std::uint64_t>(s.st_size) : 0;
}

// How many crashed runs are kept for hooks that may want to know of them. Chosen; no data.
constexpr std::size_t most_crashed = 10'000;

}  // namespace

// An update of an attempt that the record has passed is refused, and within an attempt one whose history is shorter than
// the recorded one: histories only grow. So is what a process says of a run that was marked as CRASHED in its absence.
struct sqlite_writer::statements {
  statements(sqlite3* db, const std::string& path)
      : begin(db, "BEGIN IMMEDIATE", path), commit(db, "COMMIT", path),
        find_name(db, "SELECT id FROM name WHERE text = ?", path),
        add_name(db, "INSERT INTO name (text) VALUES (?) RETURNING id", path),
        flow(
            db,
            "INSERT INTO flow (name, created, version, description, parameter_schema) VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
            "version = excluded.version, description = excluded.description, parameter_schema = excluded.parameter_schema",
            path),
        flow_run(
            db,
            "INSERT INTO flow_run (id, flow, name, session, ambient, state_type, state_name, state_message, run_count, created, start_offset, "
            "end_offset, run_micros, parameters, tags, version, parent, parent_n, history, failure, result) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, "
            "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET state_type = state_type RETURNING key",
            path),
        update_flow_run(
            db,
            "UPDATE flow_run SET state_type = ?1, state_name = ?2, state_message = ?3, run_count = ?4, start_offset = ?5, end_offset = ?6, "
            "run_micros = ?7, history = ?8, failure = ?9, result = ?10 WHERE key = ?11 AND (run_count < ?4 OR (run_count = ?4 AND state_type <> 7 AND "
            "length(history) <= length(?8)))",
            path),
        task_run(
            db,
            "INSERT INTO task_run (flow_run, n, task, dynamic_key, parent_n, state_type, run_count, flow_run_run_count, created, start_offset, "
            "end_offset, run_micros, parameters, history, name, state_name, state_message, tags, version, child, failure, result, cache_key) VALUES (?, ?, "
            "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (flow_run, n) DO UPDATE SET state_type = excluded.state_type, run_count = "
            "excluded.run_count, flow_run_run_count = excluded.flow_run_run_count, start_offset = excluded.start_offset, end_offset = "
            "excluded.end_offset, run_micros = excluded.run_micros, parameters = excluded.parameters, history = excluded.history, name = "
            "excluded.name, state_name = excluded.state_name, state_message = excluded.state_message, tags = excluded.tags, version = "
            "excluded.version, child = excluded.child, failure = excluded.failure, result = excluded.result, cache_key = excluded.cache_key WHERE (flow_run_run_count, run_count) < "
            "(excluded.flow_run_run_count, excluded.run_count) OR ((flow_run_run_count, run_count) = (excluded.flow_run_run_count, "
            "excluded.run_count) AND state_type <> 7 AND length(history) <= length(excluded.history))",
            path),
        update_task_run(
            db,
            "UPDATE task_run SET state_type = ?1, state_name = ?2, state_message = ?3, run_count = ?4, start_offset = ?5, end_offset = ?6, "
            "run_micros = ?7, history = ?8, failure = ?9, result = ?10, flow_run_run_count = ?11 WHERE flow_run = ?12 AND n = ?13 AND "
            "((flow_run_run_count, run_count) < (?11, ?4) OR ((flow_run_run_count, run_count) = (?11, ?4) AND state_type <> 7 AND "
            "length(history) <= length(?8)))",
            path),
        line(
            db,
            "INSERT INTO log (flow_run, seq, n, level, created, message, logger) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            path),
        late_line(
            db,
            "INSERT INTO log (flow_run, seq, n, level, created, message, logger) SELECT ?1, (SELECT max(seq) + 1 FROM log WHERE flow_run = ?1), ?3, ?4, "
            "?5, ?6, ?7 WHERE NOT EXISTS (SELECT 1 FROM log WHERE flow_run = ?1 AND seq >= ?2 AND n = ?3 AND level = ?4 AND created = ?5 AND "
            "message = ?6 AND logger IS ?7)",
            path),
        cache_entry(
            db,
            "INSERT INTO cache_entry (cache_key, task, created, cache_expiration, flow_run, n, parts, result) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (cache_key) DO UPDATE SET task = excluded.task, created = excluded.created, cache_expiration = "
            "excluded.cache_expiration, flow_run = excluded.flow_run, n = excluded.n, parts = excluded.parts, result = excluded.result WHERE "
            "excluded.result IS NOT NULL OR result IS NULL",
            path),
        find_artifact(db, "SELECT updated FROM artifact WHERE id = ?", path),
        change_artifact(
            db,
            "UPDATE artifact SET description = ?, data = ?, data_file = ?, media_type = ?, size = ?, updated = ? WHERE id = ?",
            path),
        supersede_artifact(
            db,
            "UPDATE artifact SET latest = NULL WHERE seq = (SELECT max(seq) FROM artifact WHERE key = ?) RETURNING version",
            path),
        artifact(
            db,
            "INSERT INTO artifact (description, data, data_file, media_type, size, updated, id, created, type, key, version, latest, "
            "flow_run, n) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            path) {}
  statement begin, commit, find_name, add_name, flow, flow_run, update_flow_run, task_run, update_task_run, line,
      late_line, cache_entry, find_artifact, change_artifact, supersede_artifact, artifact;
};

class sqlite_writer::turn {
 public:
  explicit turn(sqlite_writer& w) : w_(w), lost_before_(w.lost_) {
    w_.locks_.lock(turn_byte);
    try {
      w_.sql_->begin.run();
    } catch (...) {
      w_.locks_.unlock(turn_byte);
      throw;
    }
  }
  void commit() {
    w_.sql_->commit.run();
    done_ = true;
    w_.new_names_.clear();
    w_.new_keys_.clear();
  }
  ~turn() {
    if (!done_) {
      w_.db_.tryExec("ROLLBACK");
      for (const auto id : w_.new_names_) w_.names_[id] = 0;
      for (const auto run : w_.new_keys_) w_.keys_.erase(run);
      w_.new_names_.clear();
      w_.new_keys_.clear();
      w_.lost_ = lost_before_;
    }
    w_.locks_.unlock(turn_byte);
  }
  turn(const turn&) = delete;
  turn& operator=(const turn&) = delete;

 private:
  sqlite_writer& w_;
  const std::uint64_t lost_before_;
  bool done_ = false;
};

sqlite_writer::sqlite_writer(const std::string& path) try
    : path_(path), locks_(lock_path(path)),
      db_(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX, busy_milliseconds) {
  locks_.lock(turn_byte);
  struct unlock {
    platform::lock_file& locks;
    ~unlock() { locks.unlock(turn_byte); }
  } unlock_later{locks_};
  if (check_store(db_, path_) == 0) db_.exec("PRAGMA page_size = 8192");
  db_.exec("PRAGMA journal_mode = WAL");
  db_.exec("PRAGMA synchronous = NORMAL");
  db_.exec("PRAGMA cache_size = -16384");
  db_.exec("PRAGMA temp_store = MEMORY");
  db_.exec("PRAGMA wal_autocheckpoint = 0");  // we do it ourselves, in our turn and not on a caller's commit
  db_.exec("PRAGMA journal_size_limit = 67108864");
  db_.exec("PRAGMA trusted_schema = OFF");
  sqlite3_db_config(db_.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  migrate(db_, path_);
  sql_ = std::make_unique<statements>(db_.getHandle(), path_);
} catch (const SQLite::Exception& e) {
  const int code = e.getErrorCode() & 0xff;
  const auto what = fmt::format("cannot open the store {}: {} (SQLite {})", path, e.what(), e.getErrorCode());
  if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)
    throw store_error(
        fmt::format("cannot open the store {}: it is not a store, or damaged; name another file or restore a copy",
                    path),
        error_code::store_not_a_store);
  if (code == SQLITE_READONLY)
    throw store_error(
        what + "; it, its directory or its file system is read-only: make them writable or choose another path",
        error_code::store_read_only);
  if (code == SQLITE_FULL) throw store_error(what + "; make room on its disk", error_code::store_full, true);
  throw store_error(what + "; look at its path and at the permissions of its directory", error_code::store_cannot_open);
} catch (const std::system_error& e) {
  const bool read_only = e.code() == std::errc::read_only_file_system || e.code() == std::errc::permission_denied;
  throw store_error(
      fmt::format(
          "cannot open the store {}: its lock file {} cannot be opened: {}; make its directory writable or choose another path",
          path, lock_path(path), e.code().message()),
      read_only ? error_code::store_read_only : error_code::store_cannot_open);
}

void sqlite_writer::let_go() noexcept {
  sql_.reset();
  const auto closed_now = std::move(db_);
}

sqlite_writer::~sqlite_writer() {
  sql_.reset();
  if (!inherited()) bring_home();  // else the file and its locks are the parent's
}

void sqlite_writer::bring_home() noexcept {
  try {
    locks_.lock(turn_byte);
    sqlite3_busy_timeout(db_.getHandle(), 0);  // a reader that needs the log keeps it; nobody waits for it
    db_.tryExec("PRAGMA wal_checkpoint(TRUNCATE)");
    sqlite3_busy_timeout(db_.getHandle(), busy_milliseconds);
    locks_.unlock(turn_byte);
  } catch (...) {
    // The log stays; whoever opens the store next reads through it.
  }
}

std::uint64_t sqlite_writer::open_session(std::int64_t now) {
  mark_crashed(now);
  turn t(*this);
  statement add(db_.getHandle(), "INSERT INTO session (host, pid, boot_id, started) VALUES (?, ?, ?, ?) RETURNING id",
                path_);
  const auto host = host_name(), boot = boot_id();
  add.text(host).integer(::getpid()).text(boot).integer(now);
  add.step();
  const auto session = static_cast<std::uint64_t>(add.integer_at(0));
  add.run();
  // Before the commit: no other process can see the session without its lock.
  if (!locks_.try_lock(1 + session))
    throw store_error(fmt::format("store {}: the lock of session {} is taken", path_, session), error_code::store_busy);
  try {
    t.commit();
  } catch (...) {
    locks_.unlock(1 + session);  // the next one gets the number again, perhaps in another process
    throw;
  }
  own_sessions_.insert(static_cast<std::int64_t>(session));
  return session;
}

void sqlite_writer::close_session(std::uint64_t session, std::int64_t now) {
  {
    turn t(*this);
    // Nothing of the session runs any more. What looks as if it did ended while the store could not be written.
    crash_runs_of(static_cast<std::int64_t>(session), "it never ended, or its end could not be recorded", now);
    statement end(db_.getHandle(), "UPDATE session SET ended = ? WHERE id = ?", path_);
    end.integer(now).integer(static_cast<std::int64_t>(session));
    end.run();
    t.commit();
  }
  own_sessions_.erase(static_cast<std::int64_t>(session));
  locks_.unlock(1 + session);
  if (own_sessions_.empty()) bring_home();
}

void sqlite_writer::mark_crashed(std::int64_t now) {
  struct dead {
    std::int64_t id;
    std::string message;
  };
  std::vector<dead> found;
  turn t(*this);
  {
    // Also ended ones with runs: a thread may have begun one while its process was ending.
    statement open(
        db_.getHandle(),
        "SELECT id, host, pid FROM session WHERE ended IS NULL UNION ALL "
        "SELECT s.id, s.host, s.pid FROM (flow_run r CROSS JOIN session s ON s.id = r.session) WHERE r.state_type < 5",
        path_);
    while (open.step()) {
      const auto id = open.integer_at(0);
      // A look at a lock does not show those of the same open file: our own sessions are known by name.
      const auto byte = 1 + static_cast<std::uint64_t>(id);
      if (own_sessions_.contains(id) || locks_.held_by_another(byte)) continue;
      if (std::any_of(found.begin(), found.end(), [&](const dead& d) { return d.id == id; })) continue;
      found.push_back(
          {id, fmt::format("the process that ran it is gone (pid {} on {})", open.integer_at(2), open.text_at(1))});
    }
  }
  statement end(db_.getHandle(), "UPDATE session SET ended = ? WHERE id = ?", path_);
  for (const auto& d : found) {
    crash_runs_of(d.id, d.message, now);
    end.integer(now).integer(d.id);
    end.run();
  }
  t.commit();
}

void sqlite_writer::crash_runs_of(std::int64_t session, const std::string& message, std::int64_t now) {
  struct live {
    std::int64_t flow_run, n, created, run_micros;
    state_type type;
    std::string history;
    crashed_run who;
  };
  std::vector<live> runs;
  statement flows(
      db_.getHandle(),
      "SELECT r.key, 0, r.created, r.run_micros, r.state_type, r.history, f.text, r.id FROM flow_run r LEFT JOIN name f ON f.id = r.flow "
      "WHERE r.session = ? AND r.state_type < 5",
      path_);
  // Also those whose flow has ended: a bound thread may outlive it. Few task runs are live, whatever the file holds.
  statement tasks(
      db_.getHandle(),
      "SELECT r.flow_run, r.n, r.created, r.run_micros, r.state_type, r.history, k.text, f.id FROM task_run r "
      "CROSS JOIN flow_run f ON f.key = r.flow_run LEFT JOIN name k ON k.id = r.task WHERE f.session = ? AND r.state_type < 5",
      path_);
  for (auto* s : {&flows, &tasks}) {
    s->integer(session);
    while (s->step()) {
      runs.push_back({s->integer_at(0),
                      s->integer_at(1),
                      s->integer_at(2),
                      s->integer_at(3),
                      static_cast<state_type>(s->integer_at(4)),
                      std::string(s->text_at(5)),
                      {}});
      auto& who = runs.back().who;
      who.called = s->text_at(6);
      std::memcpy(who.id.bytes, s->text_at(7).data(), sizeof who.id.bytes);
      who.kind = runs.back().n == 0 ? run_kind::flow : run_kind::task;
      if (who.kind == run_kind::task) who.id = core::task_run_id(who.id, static_cast<std::uint32_t>(runs.back().n));
    }
  }
  statement mark_flow(
      db_.getHandle(),
      "UPDATE flow_run SET state_type = 7, state_name = NULL, state_message = ?, end_offset = ?, run_micros = ?, history = ? WHERE key = ?",
      path_);
  statement mark_task(
      db_.getHandle(),
      "UPDATE task_run SET state_type = 7, state_name = NULL, state_message = ?, end_offset = ?, run_micros = ?, history = ? WHERE flow_run = ? AND n = ?",
      path_);
  for (auto& r : runs) {
    if (crashed_.size() < most_crashed) crashed_.push_back(std::move(r.who));
    const auto states = core::unpack_history(r.history, r.created);
    const auto last = states.empty() ? r.created : states.back().at.micros();
    const auto at = std::max(now, last + 1);
    if (r.type == state_type::running) r.run_micros += at - last;
    core::append_state(r.history, last, {state_type::crashed, "Crashed", message, timestamp::from_micros(at)});
    auto& mark = r.n == 0 ? mark_flow : mark_task;
    mark.text(message).integer(at - r.created).integer(r.run_micros).blob(r.history).integer(r.flow_run);
    if (r.n != 0) mark.integer(r.n);
    mark.run();
  }
}

void sqlite_writer::apply(std::span<const std::byte> batch, durability how) {
  if (const bool sync = how == durability::power; sync != synced_commits_) {
    db_.exec(sync ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
    synced_commits_ = sync;
  }
  folded_.assign(batch);
  {
    turn t(*this);
    // A commit that changes nothing syncs nothing: what was committed before must reach the disk too.
    if (batch.empty() && how == durability::power) db_.exec(fmt::format("PRAGMA application_id = {}", application_id));
    for (const auto* f : folded_.flows()) write_flow(*f);
    for (const auto& change : folded_.runs()) write_run(change);
    for (const auto* l : folded_.lines()) write_line(*l);
    for (const auto* e : folded_.cache_entries()) write_cache_entry(*e);
    for (const auto* a : folded_.artifacts()) write_artifact(*a);
    t.commit();
  }
  if (file_size(path_ + "-wal") > checkpoint_ceiling) checkpoint_if_large();
}

void sqlite_writer::checkpoint_if_large() noexcept {
  if (file_size(path_ + "-wal") < idle_checkpoint) return;
  try {
    locks_.lock(turn_byte);
    db_.tryExec("PRAGMA wal_checkpoint(PASSIVE)");
    locks_.unlock(turn_byte);
  } catch (...) {
    // The next one tries again.
  }
}

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
