// A store file as SQLite sees it, for tests of what is in it.

#pragma once

#include <sqlite3.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace weir_test {

using rows = std::vector<std::vector<std::string>>;

/// A connection of its own to a file.
class raw_sqlite {
 public:
  explicit raw_sqlite(const std::string& path, int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) {
    sqlite3* db = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
    db_.reset(db);
    if (code != SQLITE_OK) throw std::runtime_error(path + ": " + sqlite3_errmsg(db));
  }

  /// All rows, their columns as text; NULL as "NULL". \throws std::runtime_error with SQLite's own words
  rows ask(const std::string& sql) const {
    rows out;
    const auto add = [](void* to, int n, char** values, char**) {
      auto& row = static_cast<rows*>(to)->emplace_back();
      for (int i = 0; i < n; ++i) row.emplace_back(values[i] ? values[i] : "NULL");
      return 0;
    };
    if (sqlite3_exec(db_.get(), sql.c_str(), add, &out, nullptr) != SQLITE_OK)
      throw std::runtime_error(sql + ": " + sqlite3_errmsg(db_.get()));
    return out;
  }
  /// The only value of the only row.
  std::string only(const std::string& sql) const { return ask(sql).at(0).at(0); }

 private:
  struct close {
    void operator()(sqlite3* db) const noexcept { sqlite3_close(db); }
  };
  std::unique_ptr<sqlite3, close> db_;
};

}  // namespace weir_test
