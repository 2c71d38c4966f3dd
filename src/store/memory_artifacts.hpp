// The artifacts of a store in memory.

#pragma once

#include <weir/store_port.hpp>

#include <map>
#include <mutex>

namespace weir::inline v0::store_detail {

/// Threads: safe from any thread.
class memory_artifacts {
 public:
  void record(const artifact_fact&, const std::optional<uuid>& flow_run, const std::optional<uuid>& task_run);
  page<found_artifact> list(const artifact_filter&) const;

 private:
  bool is_latest(std::int64_t seq, const artifact_record&) const;

  mutable std::mutex mutex_;                      // guards all of it
  std::map<std::int64_t, found_artifact> all_;    // as they came
  std::map<uuid, std::int64_t> by_id_;            // their numbers
  std::map<std::string, std::int64_t> latest_{};  // of each key
};

}  // namespace weir::inline v0::store_detail
