// What runs say, through std::cout, through C and through the program's own logger: shown as ever, and kept with the run
// that said it.

#include <weir/spdlog.hpp>
#include <weir/weir.hpp>

#include <fmt/core.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <cstdio>
#include <iostream>

// Stands for a library in C.
void resample(int hertz) { std::printf("resampling to %d Hz\n", hertz); }

// [prints]
const auto read_station = weir::task(
    "read-station",
    [](const std::string& station) {
      std::cout << "reading " << station << ' ';
      int rows = 0;
      for (int day = 1; day <= 3; ++day) {
        rows += 24;
        std::cout << '.' << std::flush;  // shown at once, stored when the line is whole
      }
      std::cout << ' ' << rows << " rows\n";
      return rows;
    },
    weir::arg("station"));

const auto unlock = weir::task("unlock", {.log_prints = false},  // its output is not for the record
                               [] { std::cout << "the key is 1234\n"; });

const auto collect = weir::flow(
    "collect", {.log_prints = true},
    [](const std::vector<std::string>& stations) {
      unlock();
      for (const auto& station : stations) read_station(station);
    },
    weir::arg("stations"));
// [prints]

int main() {
  // [logger]
  const auto logger = spdlog::stdout_logger_mt("app");
  weir::attach(*logger);
  // [logger]
  logger->set_pattern("%n: %v");
  // [stdio]
  weir::capture_stdio();  // before the first runtime: no thread of ours may be running yet
  // [stdio]

  weir::runtime rt({.store = "captured_output.db", .console = false});
  collect.on(rt)({"harbour", "airport"});

  const auto clean = weir::flow("clean", {.log_prints = true}, [&] {
    resample(50);
    logger->warn("{} gaps filled", 2);
    // [print]
    std::cout << std::hex;                 // somebody, in any thread, changes the stream that all share
    weir::log::print("{} rows kept", 96);  // is not touched by it, and is stored whatever log_prints says
    // [print]
    std::cout << std::dec;
  });
  clean.on(rt)();

  // [read]
  for (const auto& run : rt.store().flow_runs({.limit = 2}))
    for (const auto& line : rt.store().logs({.flow_run = run.id}))
      fmt::print("{:<14} | {:<3} | {}\n", line.task_run ? line.run_name : run.flow, line.logger, line.message);
  // [read]
}
