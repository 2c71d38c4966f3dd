// The tables of a store file: what is opened, what is refused, and that a migration happens wholly or not at all.

#include "store/schema.hpp"
#include "store/records.hpp"
#include "support/catch2.hpp"
#include "support/files.hpp"
#include "support/sqlite.hpp"

#include <weir/error.hpp>

#include <latch>
#include <thread>

using namespace weir::store_detail;
using namespace weir_test;

namespace {

SQLite::Database opened(const std::string& path) {
  return SQLite::Database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 5000);
}

/// Everything that a migration changes.
rows state_of(const std::string& path) {
  const raw_sqlite db(path);
  auto out = db.ask("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name");
  out.push_back({db.only("PRAGMA user_version"), db.only("PRAGMA application_id")});
  return out;
}

template <class F>
weir::error_code code_of(F&& f) {
  try {
    f();
  } catch (const weir::store_error& e) {
    return e.code();
  }
  FAIL("no store_error");
  return {};
}

}  // namespace

TEST_CASE("an empty file becomes a store, and a store stays as it is", "[store][schema]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  auto db = opened(path);
  CHECK(check_store(db, path) == 0);
  migrate(db, path);
  CHECK(check_store(db, path) == schema_version);
  const auto made = state_of(path);
  CHECK(made.back() == std::vector<std::string>{std::to_string(schema_version), std::to_string(application_id)});
  CHECK(made.size() > 15);
  migrate(db, path);
  CHECK(state_of(path) == made);
}

TEST_CASE("a migration that fails on the way leaves the file as it was, and can be tried again", "[store][schema]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  auto db = opened(path);
  const auto before = state_of(path);
  for (int pages = 2;; ++pages) {  // the disk is full a little later each time
    REQUIRE(pages < 200);
    CAPTURE(pages);
    db.exec("PRAGMA max_page_count = " + std::to_string(pages));
    try {
      migrate(db, path);
      CHECK(pages > 5);
      break;
    } catch (const weir::store_error& e) {
      CHECK(e.code() == weir::error_code::store_full);
      CHECK_THAT(e.what(), ContainsSubstring("cannot migrate the store " + path) && ContainsSubstring("make room"));
    }
    CHECK(check_store(db, path) == 0);
    CHECK(state_of(path) == before);
  }
  CHECK(check_store(db, path) == schema_version);
}

TEST_CASE("of many that open an empty file at once one makes the tables", "[store][schema][threads]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  constexpr int threads = 6;
  std::latch ready(threads);
  std::vector<std::string> problems(threads);
  {
    std::vector<std::jthread> all;
    for (std::size_t i = 0; i < threads; ++i)
      all.emplace_back([&, i] {
        try {
          auto db = opened(path);
          ready.arrive_and_wait();
          migrate(db, path);
        } catch (const std::exception& e) {
          problems[i] = e.what();
        }
      });
  }
  CHECK(problems == std::vector<std::string>(threads));
  CHECK(state_of(path).back().front() == std::to_string(schema_version));
}

TEST_CASE("a store of a later version is refused as it is, with the versions named", "[store][schema]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  auto db = opened(path);
  migrate(db, path);
  const auto later = std::to_string(schema_version + 1);
  db.exec("PRAGMA user_version = " + later);
  const auto before = state_of(path);
  CHECK(code_of([&] { migrate(db, path); }) == weir::error_code::store_too_new);
  CHECK_THROWS_WITH(check_store(db, path), ContainsSubstring("its schema is " + later) &&
                                               ContainsSubstring("up to " + std::to_string(schema_version)) &&
                                               ContainsSubstring("update this program"));
  CHECK(state_of(path) == before);
}

TEST_CASE("another program's file is refused as it is", "[store][schema]") {
  temporary_folder folder;
  const auto path = folder / "other.db";
  const std::string theirs = GENERATE("CREATE TABLE t (x)", "PRAGMA application_id = 7", "PRAGMA user_version = 1",
                                      "CREATE VIEW v AS SELECT 1");
  CAPTURE(theirs);
  auto db = opened(path);
  db.exec(theirs);
  const auto before = state_of(path);
  CHECK(code_of([&] { migrate(db, path); }) == weir::error_code::store_not_a_store);
  CHECK_THROWS_WITH(migrate(db, path), ContainsSubstring("another program") && ContainsSubstring(path));
  CHECK(state_of(path) == before);
}

TEST_CASE("a file that is no database is no store", "[store][schema]") {
  temporary_folder folder;
  const auto path = folder / "text";
  std::FILE* file = std::fopen(path.c_str(), "w");
  REQUIRE(file);
  std::fputs(std::string(10'000, 'x').c_str(), file);
  std::fclose(file);
  auto db = opened(path);
  CHECK(code_of([&] { check_store(db, path); }) == weir::error_code::store_not_a_store);
}

TEST_CASE("network file systems are named, local ones are not", "[store][schema]") {
  CHECK(file_system_problem(0x6969) == "it is on a network file system (NFS)");
  CHECK(file_system_problem(0xff534d42) == "it is on a network file system (CIFS)");
  CHECK(file_system_problem(static_cast<long>(static_cast<int>(0xff534d42))) ==
        "it is on a network file system (CIFS)");  // as a 32-bit number with a sign, as some systems give it
  for (const long network : {0x517bl, 0xfe534d42l, 0x01021997l, 0x5346414fl, 0x00c36400l, 0x0bd00bd0l, 0x47504653l,
                             0x19830326l, 0x013111a8l, 0x73757245l})
    CHECK_FALSE(file_system_problem(network).empty());
  for (const long local : {0xef53l, 0x58465342l, 0x9123683el, 0x01021994l, 0x794c7630l, 0x2fc12fc1l, 0l})  // ext, xfs,
    CHECK(file_system_problem(local).empty());  // btrfs, tmpfs, overlay, zfs
}
