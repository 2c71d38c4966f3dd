// A call of a task with a cache policy: its key, the look for an entry, and the entry that it leaves.

#pragma once

#include "core/hash.hpp"
#include "engine/run.hpp"

namespace weir::inline v0::detail {

/// Threads: one thread at a time; must not outlive the call.
class caching {
 public:
  /// Makes the key. Where it cannot be made, the call is not cached, and the run says why, once.
  caching(const definition&, const frame_ops&, const void* frame, run_context&);
  /// Those who wait for this call to compute the key look again.
  ~caching();
  caching(const caching&) = delete;
  caching& operator=(const caching&) = delete;

  /// The kept result to use. Nullopt: the body must run; other callers of a `cache_single` task then wait for it.
  std::optional<std::string> find();
  /// What find() gave does not parse.
  void found_unreadable();

  /// How the row says that it met the cache: see task_run_fact::cache_key. Empty: it did not.
  std::string_view use() const noexcept { return use_; }
  /// The entry to record with the end of the run.
  void add_entry(state_extras&);
  /// It was recorded: later calls find it. \param end  of its fact in the recording
  void publish(const std::string& result, std::uint64_t end);
  /// The key is computed, or will not be: those who wait for it look again.
  void leave();

 private:
  struct made_part {
    std::string name;
    core::digest hash;
    std::string shown;  // JSON; empty: show the hash
  };
  std::optional<std::vector<made_part>> make_parts();
  std::optional<made_part> make_part(const cache_part&, std::size_t number);
  std::string shown_inputs(const cache_part&) const;
  std::string parts_text() const;
  std::optional<std::string> look();
  void not_cached(std::string_view why);
  void unusable(std::string_view why);
  void settle(cache_status);
  bool has_secrets() const;

  const definition& d_;
  const frame_ops& ops_;
  const void* frame_;
  run_context& run_;
  recording& records_;
  std::vector<made_part> parts_;
  std::optional<core::digest> key_;
  cache_status status_ = cache_status::no_entry;
  bool leads_ = false;
  bool unusable_ = false;  // the store could not be asked
  std::string use_;        // status and key
  std::string shown_;      // parts, as JSON; made when the body must run
  std::int64_t expires_ = 0;
};

}  // namespace weir::inline v0::detail
