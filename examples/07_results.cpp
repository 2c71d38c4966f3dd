// Results that one program keeps and another reads, by the names of the flow and its task.
//
//   07_results          runs a flow that keeps what it returns
//   07_results FILE     reads the newest result from that store: another program, another day

#include <weir/weir.hpp>

#include <nlohmann/json.hpp>

#include <fmt/core.h>

// [type]
struct measurement {
  std::string station;
  double level = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(measurement, station, level)  // how it is written, and read
// [type]

// [flow]
const auto measure = weir::flow("measure", {.persist_result = true}, [] {
  return std::vector<measurement>{{"upper", 2.5}, {"lower", 1.25}};
});
// [flow]

// [read]
void print_newest(const weir::store& store) {
  const auto runs = store.flow_runs({.flow = "measure", .limit = 1});
  if (runs.empty()) throw std::runtime_error("no run of \"measure\" in this store");
  for (const auto& m : store.result<std::vector<measurement>>(runs[0].id)) fmt::print("{} {} m\n", m.station, m.level);
}
// [read]

int main(int argc, char** argv) try {
  if (argc > 1) return print_newest(weir::store(argv[1])), 0;
  weir::runtime rt({.store = "results.db"});
  measure.on(rt)();
} catch (const std::exception& e) {
  fmt::print(stderr, "{}\n", e.what());
  return 1;
}
