// The floor: SQLite alone, with the schema and settings of a store, writing the same rows with one prepared statement.

#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace weir_bench {

/// Rows a second for `count` small task runs of `flow_runs` interleaved flow runs, in sorted batches. Leaves the file.
double raw_task_runs(const std::string& path, int count, int flow_runs, int batch);
double raw_log_lines(const std::string& path, int count, int batch);
/// Opens an existing store and commits one row.
double raw_open_and_commit_ms(const std::string& path);
/// Microseconds for each of `count` looks at the cache entries of an existing store, by key, on one prepared statement.
double raw_lookup_us(const std::string& path, int count);
/// Seconds to write a new file and sync it.
double raw_synced_write_s(const std::string& path, std::span<const std::byte> data);
/// What it takes a caller to wake a thread that sleeps on a condition variable.
double wake_a_thread_us();

}  // namespace weir_bench
