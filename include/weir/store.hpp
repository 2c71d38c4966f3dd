// Reading back what was recorded: what a host program, or another process at the same time, asks a store file.
//
//   weir::store store("weir.db");
//   for (const auto& run : store.flow_runs({.flow = "nightly-etl", .limit = 10})) ...
//
// Threads: a store may be used from any thread; queries on one store take turns.

#pragma once

#include <weir/error.hpp>
#include <weir/log.hpp>
#include <weir/state.hpp>

#include <cstddef>
#include <memory>

namespace weir::inline v0 {

class store_port;

/// A flow as it was defined when it last ran.
struct flow_record {
  std::string name{};
  timestamp created_at{};  // first time a run of it was recorded
  std::string version{};
  std::string description{};
  std::string parameter_schema{};  // JSON schema of the parameters, one property each
};

struct flow_run_record : run_info {
  std::string flow{};
  std::string version{};
  std::vector<weir::state> history{};     // strictly increasing times
  std::optional<uuid> parent{};           // the flow run whose body called this flow
  std::optional<uuid> parent_task_run{};  // the row that stands for this run in its parent
};

struct task_run_record : run_info {
  std::string task{};            // for the row that stands for a subflow: the flow's name
  uuid flow_run{};               // the ambient run of its session for a task called outside any flow
  std::optional<uuid> parent{};  // the task run whose body called this one
  std::uint32_t index = 0;  // which call of this task in its parent, from 0: with parent and task the run's identity
  std::string version{};
  std::optional<uuid> child_flow_run{};  // the flow run that this row stands for
  std::vector<weir::state> history{};
};

struct log_record {
  timestamp at{};
  log::level level{};
  std::string message{};
  std::string run_name{};  // of the task run, else of the flow run
  uuid flow_run{};
  std::optional<uuid> task_run{};
};

/// One page of a query: a vector, and where the next page begins.
template <class T>
struct page : std::vector<T> {
  /// Give it as `cursor` of the same filter to go on; empty after the last page.
  std::string next_cursor{};
};

/// Which flow runs. Fields left out do not restrict. Order: newest first.
struct flow_run_filter {
  std::optional<uuid> id{};
  std::optional<uuid> id_from{}, id_to{};                      // bounds included
  std::optional<std::string> flow{};                           // name of the flow
  std::optional<std::string> name{};                           // name of the run
  std::vector<state_type> states{};                            // any of them
  std::vector<std::string> tags{};                             // all of them
  std::optional<uuid> parent{};                                // children of this flow run
  std::optional<timestamp> started_after{}, started_before{};  // bounds included
  std::size_t limit = 200;                                     // runs on one page; 0 is a usage_error
  std::string cursor{};
};

/// Which task runs. Order: flow runs as they were created, in each the calls as they were made.
struct task_run_filter {
  std::optional<uuid> id{};
  std::optional<uuid> flow_run{};
  std::optional<std::string> task{};
  std::optional<std::string> name{};
  std::vector<state_type> states{};
  std::vector<std::string> tags{};
  std::optional<uuid> parent{};  // called by the body of this task run
  std::optional<timestamp> started_after{}, started_before{};
  std::size_t limit = 200;
  std::string cursor{};
};

/// Which log lines. Order: flow runs as they were created, in each the lines as they were written.
struct log_filter {
  std::optional<uuid> flow_run{}, task_run{};
  std::optional<log::level> min_level{};
  std::optional<std::string> contains{};       // case-sensitive part of the message
  std::optional<timestamp> after{}, before{};  // bounds included
  std::size_t limit = 1000;
  std::string cursor{};
};

/// A flow run with everything that it called, as a tree. A subflow stands where it was called, its runs below it.
struct run_node : run_info {
  std::vector<run_node> children{};
};

enum class open_mode : std::uint8_t {
  read_only,  // never writes: not even what a crashed process left undone
  read_write  // also marks the runs of processes that died as CRASHED
};

struct store_info {
  std::string path{};  // empty for a store in memory
  int schema_version = 0;
  std::uint64_t bytes = 0;  // the file and its write-ahead log
};

/// An open store.
class WEIR_EXPORT store {
 public:
  /// \param path  a file that a runtime has written; read_write makes a new one where there is none
  /// \throws store_error  no such file, not a store, written by a later weir, on a network file system; names the file and what to do
  explicit store(const std::string& path, open_mode = open_mode::read_only);
  /// Reads from a store that is already open; the caller keeps it alive. What runtime::store() gives.
  explicit store(std::shared_ptr<store_port>);
  store(store&&) noexcept;
  store& operator=(store&&) noexcept;
  ~store();

  /// All flows, by name.
  std::vector<flow_record> flows() const;
  page<flow_run_record> flow_runs(const flow_run_filter& = {}) const;
  page<task_run_record> task_runs(const task_run_filter& = {}) const;
  page<log_record> logs(const log_filter& = {}) const;
  /// How many there are; limit and cursor of the filter do not count.
  std::size_t count_flow_runs(const flow_run_filter& = {}) const;
  std::size_t count_task_runs(const task_run_filter& = {}) const;

  /// \throws store_error (unknown_run) no such run
  flow_run_record get_flow_run(const uuid&) const;
  std::optional<flow_run_record> find_flow_run(const uuid&) const;
  /// By id, by the only id that begins like this (at least four characters), or by name (the newest).
  std::optional<flow_run_record> find_flow_run(std::string_view id_prefix_or_name) const;
  /// \throws store_error (unknown_run) no such run
  task_run_record get_task_run(const uuid&) const;
  std::optional<task_run_record> find_task_run(const uuid&) const;

  /// The run with its tasks and subflows, however deep.
  /// \throws store_error (unknown_run) no such run
  run_node run_tree(const uuid& flow_run) const;

  store_info info() const;

 private:
  std::shared_ptr<store_port> port_;
};

/// One JSON object on one line, keys as the fields are called here, times as RFC 3339, ids as text.
WEIR_EXPORT std::string to_json(const flow_run_record&);
WEIR_EXPORT std::string to_json(const task_run_record&);

}  // namespace weir::inline v0
