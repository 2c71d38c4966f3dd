#include "store/sqlite_writer.hpp"

#include "store/schema.hpp"
#include "store/sqlite_turn.hpp"

#include <SQLiteCpp/Exception.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <system_error>

namespace weir::inline v0::store_detail {
namespace {

// The log is copied into the file when the writer is idle and it has this many bytes, or at once past the ceiling. Chosen:
// a commit that checkpoints 4 MB takes some milliseconds, and reading gets slower with a long log.
constexpr std::uint64_t idle_checkpoint = 1 << 20;
constexpr std::uint64_t checkpoint_ceiling = 64 << 20;

// For programs that write the file without taking turns with us.
constexpr int busy_milliseconds = 5000;

std::uint64_t file_size(const std::string& path) noexcept {
  struct stat s {};
  return ::stat(path.c_str(), &s) == 0 ? static_cast<std::uint64_t>(s.st_size) : 0;
}

}  // namespace

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
  sql_ = std::make_unique<write_statements>(db_.getHandle(), path_);
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

}  // namespace weir::inline v0::store_detail
