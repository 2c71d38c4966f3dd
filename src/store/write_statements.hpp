// The statements that write a store, prepared once: preparing again costs four times as much as using one again.

#pragma once

#include "store/statement.hpp"

namespace weir::inline v0::store_detail {

// An update of an attempt that the record has passed is refused, and within an attempt one whose history is shorter than
// the recorded one: histories only grow. So is what a process says of a run that was marked as CRASHED in its absence.
struct write_statements {
  write_statements(sqlite3* db, const std::string& path);

  statement begin, commit, find_name, add_name, flow, flow_run, update_flow_run, task_run, update_task_run, line,
      late_line, cache_entry, find_artifact, change_artifact, supersede_artifact, artifact;
};

}  // namespace weir::inline v0::store_detail
