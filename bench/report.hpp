// What the benchmark programs share: their arguments, their folder, and a line a figure.

#pragma once

#include <weir/weir.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace weir_bench {

using steady = std::chrono::steady_clock;

inline double seconds_since(steady::time_point begin) {
  return std::chrono::duration<double>(steady::now() - begin).count();
}

/// The arguments [--json] [--count N] [--only PART_OF_A_NAME], and a folder that goes when it goes.
class session {
 public:
  /// Ends the program where the arguments are wrong.
  session(int argc, char** argv);
  ~session();
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  int count() const noexcept { return count_; }
  bool wanted(std::string_view name) const { return only_.empty() || name.find(only_) != std::string_view::npos; }
  /// A path for a store that is not there.
  std::string fresh(const std::string& name) const;
  const std::string& folder() const noexcept { return folder_; }

  /// `floor` is what it is held against, in the same unit, measured in the same run.
  void report(std::string_view name, double value, std::string_view unit, double floor) const;

 private:
  bool json_ = false;
  int count_ = 1'000'000;
  std::string only_, folder_;
};

/// A runtime that shows nothing.
inline weir::runtime_options quiet(const std::string& path) { return {.store = path, .console = false}; }

double file_bytes(const std::string& path);
/// Of this process.
double resident_mb();

}  // namespace weir_bench
