// What weir throws, sorted by who must act.
//
//   usage_error   the programmer: a wrong definition or misuse; thrown at the first use, before a body runs
//   error         the operator: the store, a file, a value that does not parse; may be worth another try
//   stop_signal   nobody: a cancelled run is leaving its body. No std::exception, so that a body that catches those
//                 around a batch of work does not swallow it
//
// What a body throws is never wrapped: the call rethrows it unchanged, and the record keeps a `failure`.

#pragma once

#include <weir/detail/export.hpp>

#include <stdexcept>
#include <string>

namespace weir::inline v0 {

/// A definition or a call that cannot work: a negative delay, a name with control characters, a move-only argument with
/// retries. The message names the task or flow and where it was defined.
struct WEIR_EXPORT usage_error : std::logic_error {
  using std::logic_error::logic_error;
};

/// Numbers that programs may compare and records keep. Never renumbered.
enum class error_code : int {
  other = 1,
  store_cannot_open = 100,  // no such directory, no permission
  store_not_a_store = 101,  // the file is something else, or damaged
  store_too_new = 102,      // written by a later version of weir
  store_full = 103,         // no space left
  store_read_only = 104,    // a read-only file, directory or mount
  store_busy = 105,         // somebody else holds the file
  store_io = 106,           // the disk failed
  store_network_file_system = 107,
  unknown_run = 120,
  unknown_artifact = 121,
  bad_value = 130,       // a recorded value does not have the form that its reader expects
  missing_result = 131,  // no result was kept
  run_failed = 132       // there is no result because the run failed
};

/// An operation of the library failed for a reason outside the program.
class WEIR_EXPORT error : public std::runtime_error {
 public:
  explicit error(const std::string& message, error_code code = error_code::other, bool retryable = false)
      : std::runtime_error(message), code_(code), retryable_(retryable) {}
  error_code code() const noexcept { return code_; }
  /// Whether the same operation may succeed a little later.
  bool retryable() const noexcept { return retryable_; }

 private:
  error_code code_;
  bool retryable_;
};

struct WEIR_EXPORT store_error : error {
  using error::error;
};

/// A run has no result to read back: it was not kept, or the run has not ended.
struct WEIR_EXPORT missing_result : error {
  explicit missing_result(const std::string& message) : error(message, error_code::missing_result) {}
};

}  // namespace weir::inline v0
