// Reading back what was recorded: what a host program, or another process at the same time, asks a store file.
//
//   weir::store store("weir.db");
//   for (const auto& run : store.flow_runs({.flow = "nightly-etl", .limit = 10})) ...
//
// Threads: a store may be used from any thread; queries on one store take turns.

#pragma once

#include <weir/codec.hpp>
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
  std::string logger{};  // the host's logger that it came through (spdlog.hpp); empty for weir's own and for prints
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

/// A result that calls with the same key use. What it was made of is in `parts`.
struct cache_record {
  std::string key{};   // 32 hexadecimal digits
  std::string task{};  // that made it
  timestamp created_at{};
  std::optional<timestamp> expires_at{};
  std::optional<uuid> task_run{};  // that made it
  std::string parts{};             // JSON object: "task", "version", "inputs" (one member each), ...
  bool has_result = false;         // false: the run that wanted it failed
};

/// Which cache entries. Order: newest first.
struct cache_filter {
  std::optional<std::string> key{};
  std::optional<std::string> task{};
  std::optional<duration> older_than{};  // made longer ago than this
  bool failed = false;  // also keys of which every run failed: what they were made of, without a result
  std::size_t limit = 200;
  std::string cursor{};
};

/// One part of a cache key that differs from that of an earlier entry.
struct changed_part {
  std::string name{};  // "inputs.rounds", "version", ...
  std::optional<std::string>
      before{};  // the value, where it is short, else its hash; nullopt: it was no part of the key
  std::optional<std::string> now{};
};

/// What somebody left in the record for people to look at: see artifact.hpp.
struct artifact_record {
  uuid id{};
  std::string key{};   // empty: none
  std::string type{};  // "markdown", "table", "link", "progress", "image"
  std::string description{};
  /// The markdown; a table as JSON; a link as markdown, [text](url); of a progress the percentage, "0" to "100". Of an image
  /// nothing: see store::artifact_bytes.
  std::string data{};
  std::string media_type{};  // of an image: "image/png"
  std::uint64_t size = 0;    // bytes of the data, or of the image
  int version = 1;           // how many there are of this key up to this one
  timestamp created_at{};
  timestamp updated_at{};          // later than created_at for a progress that has moved
  std::optional<uuid> flow_run{};  // none: it was made outside any flow
  std::optional<uuid> task_run{};  // none: it was made outside any task
};

/// Which artifacts. Order: newest first.
struct artifact_filter {
  std::optional<uuid> id{};
  std::optional<std::string> key{};   // empty: those without a key
  std::optional<std::string> type{};  // "table"
  std::optional<uuid> flow_run{};     // made by its body or by its tasks; not those of its subflows
  std::optional<uuid> task_run{};
  std::optional<timestamp> created_after{}, created_before{};  // bounds included
  bool latest_only = false;  // the newest of each key, if it fits the other fields too; none without a key
  bool with_data = true;     // false leaves `data` empty, which is quicker where it is long
  std::size_t limit = 200;
  std::string cursor{};
};

/// Why a task run used the cache or did not.
struct cache_explanation {
  bool hit = false;
  std::string text{};                   // one sentence for people
  std::vector<changed_part> changed{};  // of a miss: against the nearest earlier entry of the task
  std::optional<uuid> made_by{};        // of a hit: the task run that made the result
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

  /// The result of a run, read by its codec.
  /// \throws missing_result  none was kept (see task_options::persist_result), or the run has not ended
  /// \throws failed_run      the run failed; it says how
  /// \throws error           (bad_value) what was kept does not have the form of a T; names run, type and place
  /// \throws store_error     (unknown_run) no such run
  template <class T>
  T result(const uuid& run) const {
    static_assert(has_reader<T>, "weir: store::result<T> needs a codec<T> with read(); see weir/codec.hpp");
    std::optional<T> out;
    read_result(run, detail::type_name<T>(), &out,
                [](void* to, json_reader r) { static_cast<std::optional<T>*>(to)->emplace(codec<T>::read(r)); });
    return std::move(*out);
  }

  page<cache_record> cache_entries(const cache_filter& = {}) const;
  /// Removes cache entries; the results stay with the runs that made them. \return how many
  /// \throws usage_error  this store is open for reading alone
  std::size_t clear_cache(const cache_filter& = {});
  /// Whether a task run used the cache, and if not, which part of its key had changed.
  /// \throws store_error (unknown_run) no such run
  cache_explanation explain_cache(const uuid& task_run) const;

  page<artifact_record> artifacts(const artifact_filter& = {}) const;
  std::size_t count_artifacts(const artifact_filter& = {}) const;
  /// The newest of a key; nullopt where there is none.
  /// \throws missing_result  its data was kept in a file that is not there any more
  std::optional<artifact_record> artifact(std::string_view key) const;
  /// \throws missing_result  as artifact()
  std::optional<artifact_record> find_artifact(const uuid&) const;
  /// The image, or the data as bytes.
  /// \throws missing_result  as artifact(); store_error (unknown_artifact) there is no such artifact
  std::vector<std::byte> artifact_bytes(const uuid&) const;

  store_info info() const;

 private:
  void read_result(const uuid& run, std::string_view type, void* to, void (*read)(void* to, json_reader)) const;

  std::shared_ptr<store_port> port_;
};

/// One JSON object on one line, keys as the fields are called here, times as RFC 3339, ids as text.
WEIR_EXPORT std::string to_json(const flow_run_record&);
WEIR_EXPORT std::string to_json(const task_run_record&);
/// The data of a table is its rows, that of a progress a number.
WEIR_EXPORT std::string to_json(const artifact_record&);

/// The tree as a Mermaid flowchart: a box for each run with name and state, an arrow from each caller.
WEIR_EXPORT std::string to_mermaid(const run_node&);

}  // namespace weir::inline v0
