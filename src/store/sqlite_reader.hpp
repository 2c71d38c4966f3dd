// Queries on a store file.

#pragma once

#include "store/connection.hpp"
#include "store/where.hpp"

#include <weir/store_port.hpp>

#include <SQLiteCpp/Database.h>

#include <mutex>

namespace weir::inline v0::store_detail {

/// Its connection only reads and never checkpoints. Each query is one short snapshot. A forked child gets a connection of
/// its own at its first query.
/// Threads: safe from any thread; queries take turns.
class sqlite_reader final : connection_owner {
 public:
  /// \throws store_error
  explicit sqlite_reader(const std::string& path);

  std::vector<flow_record> flows() const;
  page<flow_run_record> flow_runs(const flow_run_filter&) const;
  page<task_run_record> task_runs(const task_run_filter&) const;
  page<log_record> logs(const log_filter&) const;
  std::size_t count_flow_runs(const flow_run_filter&) const;
  std::size_t count_task_runs(const task_run_filter&) const;
  std::vector<known_task_run> known_task_runs(const uuid& flow_run) const;
  std::optional<earlier_task_run> find_earlier(const uuid& flow_run, std::uint32_t n) const;
  std::optional<std::string> find_result(const uuid& run) const;
  std::optional<found_cache_entry> find_cache_entry(std::string_view key) const;
  page<cache_record> cache_entries(const cache_filter&, std::int64_t now) const;
  std::string cache_use(const uuid& task_run) const;
  page<found_artifact> artifacts(const artifact_filter&) const;
  std::size_t count_artifacts(const artifact_filter&) const;
  store_info info() const;

 private:
  class turn;
  void let_go() noexcept override;
  std::optional<std::string> column_of(const uuid& run, std::string_view column) const;

  std::string path_;
  mutable std::mutex mutex_;  // guards the two below
  mutable bool frozen_;       // opened as unchanging
  mutable SQLite::Database db_;
  mutable std::optional<statement> find_entry_;
};

/// The connection for one query.
class sqlite_reader::turn {
 public:
  explicit turn(const sqlite_reader&);

 private:
  platform::no_fork here_;  // before the lock, so that no thread holds that at a fork
  std::lock_guard<std::mutex> lock_;
};

/// Which entries a filter means; the table is called e.
where conditions(const cache_filter&, std::int64_t now);

}  // namespace weir::inline v0::store_detail
