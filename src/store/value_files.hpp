// Large values of a store file: each in a file of its own, named by the hash of its content, in "<store>-values".

#pragma once

#include <weir/store_port.hpp>

namespace weir::inline v0::store_detail {

/// A file appears under its name whole and synced, or not at all. Equal values share one.
/// Threads: safe from any thread; other processes may keep values in the same folder.
class value_files {
 public:
  explicit value_files(const std::string& store_path) : folder_(store_path + "-values") {}

  /// \throws store_error  the folder or a file cannot be made
  std::unique_ptr<large_value_writer> keep();
  /// Removes what killed processes left half written. For whoever opens the store to write.
  void sweep() const noexcept;
  /// \throws missing_result  it is not there; store_error  it cannot be read, or its content is not what its name says
  large_value find(std::string_view name) const;

 private:
  std::string folder_;
};

}  // namespace weir::inline v0::store_detail
