// What a process knows of its cache beyond the store: entries that are on their way there, and keys that are being
// computed. The store is the truth for everything else, so memory does not grow with the number of entries.

#pragma once

#include "core/hash.hpp"

#include <weir/executor.hpp>

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace weir::inline v0::detail {

/// Threads: safe from any thread.
class cache_index {
 public:
  struct entry {
    std::int64_t expires = 0;  // microseconds UTC; 0: never
    std::string result;        // kept: see store_port.hpp
  };

  /// An entry whose fact ends at `end` in the recording, of which `committed` is in the store.
  void add(const core::digest& key, entry, std::uint64_t end, std::uint64_t committed);
  /// One that is not in the store yet, of which `committed` is; look there next.
  std::optional<entry> find(const core::digest& key, std::uint64_t committed) const;

  /// Of those who want to compute a key, one at a time leads.
  /// \return true: this thread leads, and calls leave(). False: somebody did, and has left; look again.
  /// A thread that would wait for itself, through whatever chain, leads as well.
  bool lead(const core::digest& key, executor& waits);
  void leave(const core::digest& key);

 private:
  struct flight {
    std::vector<std::thread::id> leaders;  // more than one where a thread would have waited for itself
    std::vector<wait_node*> waiting;
  };
  bool would_wait_for_itself(const core::digest& key) const;

  mutable std::mutex mutex_;  // guards all
  struct on_its_way {
    entry what;
    std::uint64_t end;
  };
  std::map<core::digest, on_its_way> entries_;
  std::deque<std::pair<std::uint64_t, core::digest>> by_end_;
  std::map<core::digest, flight> flights_;
  std::map<std::thread::id, core::digest> waiting_for_;
};

}  // namespace weir::inline v0::detail
