// A batch of facts, put in the order in which a B-tree likes them.
//
// Rows of many flow runs come interleaved. Sorted by key they cost an eighth (17.6 against 2.1 microseconds a row at 4,096
// flow runs, measured), and the start and the end of a run that fall into one batch become one row.

#pragma once

#include <weir/store_port.hpp>

namespace weir::inline v0::store_detail {

/// All that a batch says about one run. Points into the batch.
struct run_change {
  const run_fact* created = nullptr;    // a flow_run_fact where n is 0, else a task_run_fact; null: known already
  const update_fact* newest = nullptr;  // null: nothing after the creation
};

/// Keeps its memory from batch to batch. Valid as long as the batch. Threads: one thread at a time.
class folded_batch {
 public:
  void assign(std::span<const std::byte> batch);

  const std::vector<const flow_fact*>& flows() const noexcept { return flows_; }
  /// By flow run, in each by number.
  const std::vector<run_change>& runs() const noexcept { return runs_; }
  /// By flow run, in each by sequence.
  const std::vector<const log_fact*>& lines() const noexcept { return lines_; }
  /// As they were emitted.
  const std::vector<const cache_fact*>& cache_entries() const noexcept { return cache_entries_; }
  /// As they were emitted.
  const std::vector<const artifact_fact*>& artifacts() const noexcept { return artifacts_; }

 private:
  struct entry {
    std::uint64_t run;
    std::uint32_t n;
    std::uint32_t order;
    const fact* what;
  };
  std::vector<const flow_fact*> flows_;
  std::vector<entry> entries_;
  std::vector<run_change> runs_;
  std::vector<const log_fact*> lines_;
  std::vector<const cache_fact*> cache_entries_;
  std::vector<const artifact_fact*> artifacts_;
};

}  // namespace weir::inline v0::store_detail
