#include "store/statement.hpp"

#include <fmt/format.h>

namespace weir::inline v0::store_detail {

void fail(sqlite3* db, std::string_view doing, const std::string& path) {
  const int code = db ? sqlite3_errcode(db) : SQLITE_CANTOPEN;
  const auto say = [&](std::string_view what, std::string_view remedy) {
    return fmt::format("cannot {} the store {}: {}; {} (SQLite {}: {})", doing, path, what, remedy, code,
                       db ? sqlite3_errmsg(db) : sqlite3_errstr(code));
  };
  switch (code & 0xff) {
    case SQLITE_FULL:
      throw store_error(say("no space is left", "make room on its disk; what was committed is readable"),
                        error_code::store_full, true);
    case SQLITE_READONLY:
      throw store_error(
          say("it, its directory or its file system is read-only", "make them writable or choose another path"),
          error_code::store_read_only);
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
    case SQLITE_AUTH:
      throw store_error(say("the file cannot be opened", "look at its path and at the permissions of its directory"),
                        error_code::store_cannot_open);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw store_error(say("another program holds it", "stop what writes to it with something other than weir"),
                        error_code::store_busy, true);
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      throw store_error(say("it is not a store, or damaged", "name another file or restore a copy"),
                        error_code::store_not_a_store);
    case SQLITE_ERROR:  // no such table or column: our own statements have no other errors
      throw store_error(say("its tables are not those of a store", "name another file or restore a copy"),
                        error_code::store_not_a_store);
    case SQLITE_IOERR:
      throw store_error(say("the disk failed", "look at the disk and at the space that is left"), error_code::store_io,
                        true);
    default: throw store_error(say("SQLite failed", "this is unexpected"), error_code::other);
  }
}

statement::statement(sqlite3* db, std::string_view sql, const std::string& path) : db_(db), path_(path) {
  if (sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &handle_, nullptr) !=
      SQLITE_OK)
    fail(db, "read", path);
}

bool statement::step() {
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    reset();
    return false;
  }
  // The message belongs to this call: read it before reset() replaces it.
  struct at_exit {
    statement& s;
    ~at_exit() { s.reset(); }
  };
  [[maybe_unused]] const at_exit reset_later{*this};
  fail(db_, sqlite3_db_readonly(db_, "main") == 1 ? "read" : "write to", path_);
}

}  // namespace weir::inline v0::store_detail
