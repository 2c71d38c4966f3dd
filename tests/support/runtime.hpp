// Runtimes for tests: time jumps, nothing touches the disk, ids repeat.

#pragma once

#include <weir/testing/testing.hpp>
#include <weir/weir.hpp>

namespace weir_test {

/// A runtime over a store in memory, with a clock that its waits move.
struct virtual_runtime {
  explicit virtual_runtime(weir::runtime_options options = {}, weir::testing::memory_store_options store = {})
      : runtime(filled(std::move(options), store)) {}

  std::shared_ptr<weir::testing::manual_clock> clock = std::make_shared<weir::testing::manual_clock>();
  std::shared_ptr<weir::testing::jumping_executor> executor = std::make_shared<weir::testing::jumping_executor>(clock);
  weir::runtime runtime;

  weir::store& store() { return runtime.store(); }
  /// The only task run called `task`.
  weir::task_run_record only(const std::string& task) { return store().task_runs({.task = task}).at(0); }

 private:
  weir::runtime_options filled(weir::runtime_options options, weir::testing::memory_store_options store) {
    options.console = false;
    if (!options.seed) options.seed = 1;
    options.clock = clock;
    options.executor = executor;
    if (!options.store_port) options.store_port = weir::testing::memory_store(store);
    return options;
  }
};

inline std::string names(const std::vector<weir::state>& states) {
  std::string out;
  for (const auto& s : states) out += (out.empty() ? "" : ", ") + s.name;
  return out;
}

}  // namespace weir_test
