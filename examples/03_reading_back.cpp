// What was recorded, read back: by the program that ran it, or by another one at the same time.

#include <weir/weir.hpp>

#include <fmt/core.h>

#include <stdexcept>

const auto parse = weir::task(
    "parse", {.tags = {"input"}},
    [](const std::string& line) {
      if (line.empty()) throw std::invalid_argument("an empty line");
      return std::stoi(line);
    },
    weir::arg("line"));

const auto sum = weir::flow(
    "sum",
    [](const std::vector<std::string>& lines) {
      int total = 0;
      for (const auto& line : lines) total += parse(line);
      if (total == 0) weir::this_run::finish_as("Skipped", "nothing to add up");
      return total;
    },
    weir::arg("lines"));

void print(const weir::run_node& run, int depth = 0) {
  fmt::print("{:{}}{} {}: {}\n", "", 2 * depth, run.kind, run.name, run.state.name);
  for (const auto& child : run.children) print(child, depth + 1);
}

int main() {
  {
    weir::runtime rt({.store = "reading_back.db"});
    (void)sum.on(rt).run({"1", "2"});
    (void)sum.on(rt).run({"1", ""});
  }

  const weir::store store("reading_back.db", weir::open_mode::read_only);
  for (const auto& run : store.flow_runs({.flow = "sum", .limit = 2})) {
    fmt::print("{} {} attempts {} in {:.6f} s\n", run.flow, run.parameters, run.attempts, run.total_run_time.count());
    print(store.run_tree(run.id));
    for (const auto& line : store.logs({.flow_run = run.id, .min_level = weir::log::level::error}))
      fmt::print("  {}: {}\n", line.run_name, line.message);
  }
  fmt::print("{} failed with the tag input\n",
             store.count_task_runs({.states = {weir::state_type::failed}, .tags = {"input"}}));
}
