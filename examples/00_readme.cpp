// A task that fails now and then, a flow that calls it, and what was recorded, read back.

#include <weir/weir.hpp>

#include <fmt/core.h>

#include <stdexcept>

using namespace std::chrono_literals;

// Stands for a station on the network: its first answer is an error.
double ask(const std::string& place) {
  static int requests = 0;
  if (++requests == 1) throw std::runtime_error("503 from the station");
  return place == "Oslo" ? -4.5 : 11.0;
}

const auto read_temperature =
    weir::task("read-temperature", {.retries = 3, .retry_delay = 100ms}, ask, weir::arg("place"));

const auto average_temperature = weir::flow(
    "average-temperature",
    [](const std::vector<std::string>& places) {
      double sum = 0;
      for (const auto& place : places) sum += read_temperature(place);
      weir::log::info("{} places were asked", places.size());
      return sum / static_cast<double>(places.size());
    },
    weir::arg("places"));

int main() {
  const double degrees = average_temperature({"Oslo", "Lisbon"});  // runs here and now, recorded in ./weir.db
  fmt::print("{} degrees\n", degrees);

  const weir::store store("weir.db");  // or in another program, also while a flow is running
  for (const auto& run : store.flow_runs({.flow = "average-temperature", .limit = 10})) {
    fmt::print("{} {} {} in {:.3f} s\n", run.id, run.name, run.state.name, run.total_run_time.count());
    for (const auto& task : store.task_runs({.flow_run = run.id}))
      fmt::print("  {} {} {}, attempts: {}\n", task.name, task.parameters, task.state.name, task.attempts);
  }
}
