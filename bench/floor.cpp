#include "floor.hpp"

#include "report.hpp"

#include <weir/store.hpp>

#include <fcntl.h>
#include <fmt/core.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

namespace weir_bench {
namespace {

class raw {
 public:
  explicit raw(const std::string& path) {
    { weir::store made(path, weir::open_mode::read_write); }  // the schema of a store
    if (sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr) != SQLITE_OK)
      give_up();
    run("PRAGMA synchronous = NORMAL");
    run("PRAGMA cache_size = -16384");
    run("PRAGMA wal_autocheckpoint = 0");
  }
  ~raw() {
    sqlite3_finalize(insert_);
    sqlite3_close(db_);  // checkpoints, as the last connection
  }
  raw(const raw&) = delete;
  raw& operator=(const raw&) = delete;

  void run(const char* sql) {
    if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) give_up();
  }
  sqlite3_stmt* prepare(const char* sql) {
    if (sqlite3_prepare_v2(db_, sql, -1, &insert_, nullptr) != SQLITE_OK) give_up();
    return insert_;
  }
  void step() {
    if (sqlite3_step(insert_) != SQLITE_DONE) give_up();
    sqlite3_reset(insert_);
  }
  [[noreturn]] void give_up() {
    fmt::print(stderr, "floor: {}\n", sqlite3_errmsg(db_));
    std::exit(1);
  }

 private:
  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

}  // namespace

double raw_task_runs(const std::string& path, int count, int flow_runs, int batch) {
  raw db(path);
  auto* s = db.prepare(
      "INSERT INTO task_run (flow_run, n, task, dynamic_key, parent_n, state_type, run_count, flow_run_run_count, created, start_offset, end_offset, "
      "run_micros, parameters, history) VALUES (?, ?, 1, ?, NULL, 5, 1, 1, ?, 1, 2, 1, ?, ?)");
  const auto begin = steady::now();
  for (int done = 0; done < count; done += batch) {
    const int end = std::min(done + batch, count);
    db.run("BEGIN IMMEDIATE");
    for (int run = 0; run < flow_runs; ++run) {
      const int first = done + ((run - done) % flow_runs + flow_runs) % flow_runs;
      for (int i = first; i < end; i += flow_runs) {
        char parameters[32];
        const auto size = fmt::format_to_n(parameters, sizeof parameters, "{{\"x\":{}}}", i).size;
        sqlite3_bind_int64(s, 1, 1 + run);
        sqlite3_bind_int64(s, 2, 1 + i / flow_runs);
        sqlite3_bind_int64(s, 3, i / flow_runs);
        sqlite3_bind_int64(s, 4, 1'767'225'600'000'000 + i);
        sqlite3_bind_text(s, 5, parameters, static_cast<int>(size), SQLITE_STATIC);
        sqlite3_bind_blob(s, 6, "\x08\x00\x10\x01\x28\x01", 6, SQLITE_STATIC);
        db.step();
      }
    }
    db.run("COMMIT");
  }
  return count / seconds_since(begin);
}

double raw_log_lines(const std::string& path, int count, int batch) {
  raw db(path);
  auto* s = db.prepare("INSERT INTO log (flow_run, seq, n, level, created, message) VALUES (1, ?, 0, 2, ?, ?)");
  const auto begin = steady::now();
  for (int i = 0; i < count; ++i) {
    if (i % batch == 0) db.run("BEGIN IMMEDIATE");
    char message[64];
    const auto size = fmt::format_to_n(message, sizeof message, "line {} of a run", i).size;
    sqlite3_bind_int64(s, 1, i);
    sqlite3_bind_int64(s, 2, 1'767'225'600'000'000 + i);
    sqlite3_bind_text(s, 3, message, static_cast<int>(size), SQLITE_STATIC);
    db.step();
    if (i % batch == batch - 1 || i == count - 1) db.run("COMMIT");
  }
  return count / seconds_since(begin);
}

double raw_open_and_commit_ms(const std::string& path) {
  const auto begin = steady::now();
  sqlite3* db = nullptr;
  sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  sqlite3_exec(
      db,
      "PRAGMA synchronous = NORMAL; INSERT INTO session (host, pid, boot_id, started, ended) VALUES ('floor', 1, '', 1, 1)",
      nullptr, nullptr, nullptr);
  sqlite3_close(db);
  return seconds_since(begin) * 1e3;
}

double raw_lookup_us(const std::string& path, int count) {
  raw db(path);
  std::vector<std::string> keys;
  auto* all = db.prepare("SELECT cache_key FROM cache_entry");
  while (sqlite3_step(all) == SQLITE_ROW)
    keys.emplace_back(static_cast<const char*>(sqlite3_column_blob(all, 0)),
                      static_cast<std::size_t>(sqlite3_column_bytes(all, 0)));
  sqlite3_finalize(all);
  auto* find = db.prepare("SELECT created, cache_expiration, result FROM cache_entry WHERE cache_key = ?");
  const auto begin = steady::now();
  for (int i = 0; i < count; ++i) {
    const auto& key = keys[static_cast<std::size_t>(i) % keys.size()];
    sqlite3_bind_blob(find, 1, key.data(), static_cast<int>(key.size()), SQLITE_STATIC);
    if (sqlite3_step(find) != SQLITE_ROW) db.give_up();
    sqlite3_reset(find);
  }
  return seconds_since(begin) / count * 1e6;
}

double raw_synced_write_s(const std::string& path, std::span<const std::byte> data) {
  const auto begin = steady::now();
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  while (!data.empty()) {
    const auto n = ::write(fd, data.data(), data.size());
    if (n <= 0) break;
    data = data.subspan(static_cast<std::size_t>(n));
  }
  if (fd < 0 || !data.empty() || ::fdatasync(fd) != 0) {
    fmt::print(stderr, "floor: cannot write {}\n", path);
    std::exit(1);
  }
  ::close(fd);
  return seconds_since(begin);
}

double wake_a_thread_us() {
  std::mutex mutex;
  std::condition_variable changed;
  bool go = false, stop = false;
  std::thread sleeper([&] {
    std::unique_lock lock(mutex);
    while (!stop) {
      changed.wait(lock, [&] { return go || stop; });
      go = false;
    }
  });
  std::vector<double> took;
  for (int i = 0; i < 30; ++i) {
    std::this_thread::sleep_for(
        std::chrono::milliseconds(200));  // caches and cores cool down as in the measurement beside it
    const auto begin = steady::now();
    {
      std::lock_guard lock(mutex);
      go = true;
    }
    changed.notify_one();
    took.push_back(seconds_since(begin) * 1e6);
  }
  {
    std::lock_guard lock(mutex);
    stop = true;
  }
  changed.notify_one();
  sleeper.join();
  std::sort(took.begin(), took.end());
  return took[took.size() / 2];
}

}  // namespace weir_bench
