// The one connection of a process that writes a store.

#pragma once

#include "platform/file_lock.hpp"
#include "store/connection.hpp"
#include "store/fold.hpp"
#include "store/statement.hpp"

#include <SQLiteCpp/Database.h>

#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

namespace weir::inline v0::store_detail {

/// The file whose bytes the processes that write a store lock.
inline std::string lock_path(const std::string& path) { return path + "-lock"; }

struct write_statements;

/// Threads: one thread at a time.
class sqlite_writer final : connection_owner {
 public:
  /// Opens or makes the file. \throws store_error
  explicit sqlite_writer(const std::string& path);
  ~sqlite_writer();
  sqlite_writer(const sqlite_writer&) = delete;
  sqlite_writer& operator=(const sqlite_writer&) = delete;

  std::uint64_t open_session(std::int64_t now);
  void close_session(std::uint64_t session, std::int64_t now);
  void apply(std::span<const std::byte> batch, durability);
  void checkpoint_if_large() noexcept;

  /// Marks the runs of sessions whose process is gone as CRASHED.
  void mark_crashed(std::int64_t now);
  /// Those that were marked since the last call.
  std::vector<crashed_run> take_crashed() { return std::exchange(crashed_, {}); }

  std::size_t clear_cache(const cache_filter&, std::int64_t now);

  /// Facts about flow runs whose creation never reached the store.
  std::uint64_t lost_facts() const noexcept { return lost_; }

 private:
  // Byte 0 is the turn to write; byte 1 + session is held as long as the session lives.
  static constexpr std::uint64_t turn_byte = 0;

  /// A transaction, in this process's turn among all that write the file.
  class turn;

  void let_go() noexcept override;
  void bring_home() noexcept;  // what the log holds, into the file
  std::int64_t name(name_id);
  std::int64_t known_key(std::uint64_t run) const;
  void write_flow(const flow_fact&);
  void write_run(const run_change&);
  void write_flow_run(const flow_run_fact&, const update_fact* newest);
  void write_task_run(std::int64_t flow_run, const task_run_fact&, const update_fact* newest);
  void write_update(std::int64_t flow_run, const update_fact&);
  void write_line(const log_fact&);
  void write_cache_entry(const cache_fact&);
  void write_artifact(const artifact_fact&);
  void crash_runs_of(std::int64_t session, const std::string& message, std::int64_t now);

  std::string path_;
  platform::lock_file locks_;
  SQLite::Database db_;
  bool synced_commits_ = false;
  std::unique_ptr<write_statements> sql_;
  folded_batch folded_;
  std::set<std::int64_t> own_sessions_;
  std::vector<std::int64_t> names_;  // row of each name_id; 0: not looked up
  std::vector<name_id> new_names_;   // looked up in this transaction: forgotten if it fails
  // Key of each flow run by serial. Kept as long as the store is open, because lines and updates may follow the end of a
  // run (bound threads): 40 bytes for each flow run that the process made.
  std::unordered_map<std::uint64_t, std::int64_t> keys_;
  std::vector<std::uint64_t> new_keys_;
  std::uint64_t lost_ = 0;
  std::vector<crashed_run> crashed_;
};

}  // namespace weir::inline v0::store_detail
