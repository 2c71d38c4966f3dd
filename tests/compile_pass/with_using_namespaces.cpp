// As tutorials begin. What stays ambiguous is log, which is weir's namespace and the logarithm: compile_fail has it.

#include <weir/weir.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <vector>

using namespace std;
using namespace std::chrono_literals;
using namespace weir;

const auto square_root = task(
    "square-root", {.retries = 2, .retry_delay = exponential_backoff(1s), .tags = {"maths"}},
    [](double x) { return sqrt(x) + std::log(x); }, arg("x") = 2.0);

const auto main_flow = flow("main", [](const string& name, vector<int> values) {
  const tags scope("scoped");
  weir::log::info("{} {} {}", name, this_run::id(), this_run::name());
  sort(values.begin(), values.end());
  return square_root() + static_cast<double>(values.size());
});

double calls(runtime& rt) {
  const outcome<double> ended = main_flow.on(rt).run("x", {3, 1, 2});
  const state how = ended.state();
  const duration wait = 5s;
  return ended.result_or(0) + (how.is_completed() ? 1 : 0) + static_cast<double>(wait.count());
}

int read_back() {
  store kept("weir.db", open_mode::read_only);
  int attempts = 0;
  for (const auto& r : kept.flow_runs({.flow = "main", .states = {state_type::completed}})) attempts += r.attempts;
  return attempts;
}
