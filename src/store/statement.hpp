// Prepared statements: a thin, checked skin over SQLite's own, for the paths where every call counts.

#pragma once

#include <weir/error.hpp>

#include <sqlite3.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weir::inline v0::store_detail {

/// Throws the store_error that SQLite's last error on `db` comes to. `doing`: "read", "write to", "open".
[[noreturn]] void fail(sqlite3* db, std::string_view doing, const std::string& path);

/// Threads: one thread at a time, as its connection.
class statement {
 public:
  statement(sqlite3* db, std::string_view sql, const std::string& path);
  ~statement() { sqlite3_finalize(handle_); }
  statement(const statement&) = delete;
  statement& operator=(const statement&) = delete;

  // Parameters are bound in order, from the first. Texts must stay until the statement has run.
  statement& null() noexcept { return sqlite3_bind_null(handle_, ++bound_), *this; }
  statement& integer(std::int64_t v) noexcept { return sqlite3_bind_int64(handle_, ++bound_, v), *this; }
  statement& text(std::string_view v) noexcept {
    return sqlite3_bind_text64(handle_, ++bound_, v.data(), v.size(), SQLITE_STATIC, SQLITE_UTF8), *this;
  }
  statement& blob(std::string_view v) noexcept {
    return sqlite3_bind_blob64(handle_, ++bound_, v.data(), v.size(), SQLITE_STATIC), *this;
  }
  /// NULL for what is not there.
  statement& text_or_null(std::string_view v) noexcept { return v.empty() ? null() : text(v); }
  statement& blob_or_null(std::string_view v) noexcept { return v.empty() ? null() : blob(v); }
  statement& integer_or_null(std::int64_t v, std::int64_t none) noexcept { return v == none ? null() : integer(v); }

  /// The next row; false after the last, and ready for other parameters.
  bool step();
  /// Runs it to its end.
  void run() {
    while (step()) {
    }
  }
  void reset() noexcept {
    sqlite3_reset(handle_);
    bound_ = 0;
  }

  bool is_null(int i) const noexcept { return sqlite3_column_type(handle_, i) == SQLITE_NULL; }
  std::int64_t integer_at(int i) const noexcept { return sqlite3_column_int64(handle_, i); }
  std::string_view text_at(int i) const noexcept {
    const auto* p = static_cast<const char*>(sqlite3_column_blob(handle_, i));
    return {p, static_cast<std::size_t>(sqlite3_column_bytes(handle_, i))};
  }

 private:
  sqlite3* db_;
  sqlite3_stmt* handle_ = nullptr;
  const std::string& path_;
  int bound_ = 0;
};

}  // namespace weir::inline v0::store_detail
