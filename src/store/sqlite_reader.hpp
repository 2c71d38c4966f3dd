// Queries on a store file.

#pragma once

#include "store/connection.hpp"
#include "store/statement.hpp"

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
  store_info info() const;

 private:
  class turn;
  void let_go() noexcept override;

  std::string path_;
  mutable std::mutex mutex_;  // guards db_
  mutable SQLite::Database db_;
};

}  // namespace weir::inline v0::store_detail
