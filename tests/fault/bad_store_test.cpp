// Files and places that are no store, or not one for us: each error names the operation, the file and the way out, and
// nothing of ours is left beside what is not ours.

#include "store/schema.hpp"
#include "support/catch2.hpp"
#include "support/files.hpp"
#include "support/mounts.hpp"
#include "support/runtime.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

#include <fstream>

using namespace weir_test;
using weir::error_code;

namespace {

const auto step = weir::task(
    "step", [](int n) { return n; }, weir::arg("n"));

weir::runtime_options at(const std::string& path) { return {.store = path, .console = false}; }

void write_store(const std::string& path, int tasks = 3) {
  weir::runtime rt(at(path));
  weir::flow("f", [&] {
    for (int i = 0; i < tasks; ++i) step(i);
  }).on(rt)();
}

void write_text(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

void overwrite(const std::string& path, std::streamoff at, const std::string& with) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(at).write(with.data(), static_cast<std::streamsize>(with.size()));
}

void sql(const std::string& path, const char* statements) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  CHECK(sqlite3_exec(db, statements, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
}

struct refusal {
  std::string message = "no error";
  error_code code{};
};
template <class F>
refusal refused(F&& f) {
  try {
    f();
  } catch (const weir::store_error& e) {
    return {e.what(), e.code()};
  }
  return {};
}
refusal reading(const std::string& path) {
  return refused([&] { weir::store store(path); });
}
refusal recording(const std::string& path) {
  return refused([&] { weir::runtime rt(at(path)); });
}

// The same complaint whether somebody wants to read or to record.
void check_refused(const std::string& path, error_code code, const std::string& why, const std::string& remedy) {
  for (const auto& r : {reading(path), recording(path)}) {
    INFO(r.message);
    CHECK(r.code == code);
    CHECK_THAT(r.message,
               ContainsSubstring("the store " + path) && ContainsSubstring(why) && ContainsSubstring(remedy));
  }
}

}  // namespace

TEST_CASE("a text file is refused as a store, and nothing is left beside it", "[fault][store]") {
  temporary_folder folder;
  const auto path = folder / "notes.txt";
  write_text(path, GENERATE(as<std::string>{}, "x", "a line of text\n", std::string(100'000, 'x')));
  check_refused(path, error_code::store_not_a_store, "not a store, or damaged", "name another file");
  CHECK_FALSE(std::filesystem::exists(path + "-lock"));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.str()), {}) == 1);
}

TEST_CASE("an SQLite file of another program is refused and left as it was", "[fault][store]") {
  temporary_folder folder;
  const auto path = folder / "other.db";
  sql(path, "CREATE TABLE x (a); INSERT INTO x VALUES (1)");
  const auto size = std::filesystem::file_size(path);
  check_refused(path, error_code::store_not_a_store, "an SQLite file of another program", "name another file");
  CHECK(std::filesystem::file_size(path) == size);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.str()), {}) == 1);
}

TEST_CASE("a store that was cut short is refused", "[fault][store]") {
  temporary_folder folder;
  write_store(folder / "whole.db", 3000);
  const auto path = folder / "cut.db";
  std::filesystem::copy_file(folder / "whole.db", path);
  std::filesystem::resize_file(path, GENERATE(60u, 1000u, 8192u, 100'000u));
  check_refused(path, error_code::store_not_a_store, "damaged", "restore a copy");
}

TEST_CASE("a store with a damaged header is refused", "[fault][store]") {
  temporary_folder folder;
  write_store(folder / "whole.db");
  const auto path = folder / "weir.db";
  std::filesystem::copy_file(folder / "whole.db", path);  // without the log, which has a good header still
  overwrite(path, 16, "\xff\xff\xff\xff\xff\xff\xff\xff");
  check_refused(path, error_code::store_not_a_store, "damaged", "restore a copy");
}

TEST_CASE("a store damaged in the middle says so when it is read there, and what is whole can still be read",
          "[fault][store]") {
  temporary_folder folder;
  const auto whole = folder / "whole.db", path = folder / "weir.db";
  write_store(whole, 5000);
  std::filesystem::copy_file(whole, path);
  constexpr std::streamoff page = 8192;
  const auto pages = static_cast<std::streamoff>(std::filesystem::file_size(path)) / page;
  for (auto p = pages / 2; p < pages; ++p) overwrite(path, p * page, std::string(page, '\xa5'));

  const weir::store store(path);
  CHECK(store.flow_runs().size() == 1);
  const auto r = refused([&] { store.task_runs({.limit = 100'000}); });
  CHECK(r.code == error_code::store_not_a_store);
  CHECK_THAT(r.message, ContainsSubstring("cannot read the store " + path) && ContainsSubstring("restore a copy"));
}

TEST_CASE("a file with a store's mark and without its tables is refused", "[fault][store]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  sql(path, "PRAGMA application_id = 0x77656972; CREATE TABLE x (a)");
  check_refused(path, error_code::store_not_a_store, "lost its version", "restore a copy");
  sql(path, "PRAGMA user_version = 1");
  {
    const auto r = recording(path);
    CHECK(r.code == error_code::store_not_a_store);
    CHECK_THAT(r.message, ContainsSubstring("its tables are not those of a store"));
  }
  const weir::store store(path);
  CHECK_THAT(refused([&] { store.flow_runs(); }).message, ContainsSubstring("its tables are not those of a store"));
}

TEST_CASE("a store of a later version is refused and left as it was", "[fault][store]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  write_store(path);
  sql(path, "PRAGMA user_version = 1000");
  check_refused(path, error_code::store_too_new, "a later version of weir (its schema is 1000", "update this program");
  sql(path, "PRAGMA user_version = 1");
  CHECK(weir::store(path).count_task_runs() == 3);
}

TEST_CASE("an empty file becomes a store when it is recorded in, and is no store before", "[fault][store]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  write_text(path, "");
  const auto r = reading(path);
  CHECK(r.code == error_code::store_not_a_store);
  CHECK_THAT(r.message, ContainsSubstring(path) && ContainsSubstring("it is empty; run a flow that records there"));
  write_store(path);
  CHECK(weir::store(path).count_task_runs() == 3);
}

TEST_CASE("places where no store can be are refused with a word about each", "[fault][store]") {
  temporary_folder folder;
  const auto file = folder / "file";
  write_text(file, "x");
  check_refused(folder.str(), error_code::store_cannot_open, "is a directory", "name a file in it");
  check_refused(folder / "no/such/weir.db", error_code::store_cannot_open, "there is no directory", "make it first");
  check_refused(file + "/weir.db", error_code::store_cannot_open, file + " is a file", "name a directory");
  check_refused("/dev/null", error_code::store_cannot_open, "a device or a pipe", "\"off\" to record nothing");
  const auto pipe = folder / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  check_refused(pipe, error_code::store_cannot_open, "a device or a pipe", "name a file");

  const auto missing = reading(folder / "none.db");
  CHECK(missing.code == error_code::store_cannot_open);
  CHECK_THAT(missing.message, ContainsSubstring("there is no such file") && ContainsSubstring("run a flow"));
  CHECK_THAT(refused([] { weir::store(std::string()); }).message, ContainsSubstring("its path is empty; name a file"));
  CHECK_FALSE(std::filesystem::exists(folder / "none.db"));
}

TEST_CASE("the process default says what is wrong with WEIR_STORE at the call, each time", "[fault][environment]") {
  CHECK(in_child([] {
          ::setenv("WEIR_STORE", "/no/such/directory/weir.db", 1);
          bool ran = false;
          for (int i = 0; i < 2; ++i) {
            const auto r = refused([&] { weir::flow("f", [&] { ran = true; })(); });
            if (r.message.find("/no/such/directory") == std::string::npos) return 1;
          }
          return ran ? 2 : 0;
        }) == 0);
}

TEST_CASE("network file systems are refused by their number", "[fault][store]") {
  using weir::store_detail::file_system_problem;
  CHECK_THAT(file_system_problem(0x6969), ContainsSubstring("NFS"));
  for (const long magic : {0x6969L, 0x517bL, 0xff534d42L, static_cast<long>(static_cast<int>(0xff534d42)), 0xfe534d42L,
                           0x01021997L, 0x5346414fL, 0x00c36400L, 0x0bd00bd0L, 0x47504653L, 0x19830326L}) {
    CAPTURE(magic);
    CHECK_THAT(file_system_problem(magic), ContainsSubstring("network file system"));
  }
  for (const long local : {0xef53L, 0x01021994L, 0x9123683eL, 0x58465342L, 0x794c7630L, 0x2fc12fc1L})
    CHECK(file_system_problem(local).empty());
}

TEST_CASE("a directory without write permission is refused for recording, with the way out", "[fault][mount]") {
  if (::geteuid() != 0) WEIR_SKIP("needs root, to become somebody else");
  temporary_folder folder;
  std::filesystem::permissions(folder.str(), std::filesystem::perms(0755));
  write_store(folder / "weir.db");
  const auto is_refused = [](const std::string& path) {
    const auto r = recording(path);
    return r.code == error_code::store_read_only && r.message.find("Permission denied") != std::string::npos &&
           r.message.find("writable or choose another path") != std::string::npos;
  };
  CHECK(in_child([&] {
          if (::setgid(65534) != 0 || ::setuid(65534) != 0) return 30;
          if (!is_refused(folder / "new.db")) return 1;
          if (!is_refused(folder / "weir.db")) return 2;
          return weir::store(folder / "weir.db").count_task_runs() == 3 ? 0 : 3;  // reading is allowed
        }) == 0);
}

TEST_CASE("a file without write permission is refused for recording, with the way out", "[fault][mount]") {
  if (::geteuid() != 0) WEIR_SKIP("needs root, to become somebody else");
  temporary_folder folder;
  const auto path = folder / "weir.db";
  write_store(path);
  std::filesystem::permissions(folder.str(), std::filesystem::perms(0777));
  std::filesystem::permissions(path + "-lock", std::filesystem::perms(0666));
  CHECK(in_child([&] {
          if (::setgid(65534) != 0 || ::setuid(65534) != 0) return 30;
          const auto r = recording(path);
          return r.code == error_code::store_read_only && r.message.find("read-only") != std::string::npos ? 0 : 1;
        }) == 0);
  std::filesystem::permissions(path, std::filesystem::perms(0600));
  CHECK(in_child([&] {
          if (::setgid(65534) != 0 || ::setuid(65534) != 0) return 30;
          return reading(path).message.find("may not read it") != std::string::npos ? 0 : 1;
        }) == 0);
}

TEST_CASE("a read-only mount is refused for recording, with the way out", "[fault][mount]") {
  if (!may_mount()) WEIR_SKIP("this process may not mount");
  small_disk disk("4m");
  write_store(disk / "weir.db");
  disk.make_read_only();
  for (const auto& r : {recording(disk / "weir.db"), recording(disk / "new.db")}) {
    INFO(r.message);
    CHECK(r.code == error_code::store_read_only);
    CHECK_THAT(r.message, ContainsSubstring("Read-only file system") && ContainsSubstring("choose another path"));
  }
}
