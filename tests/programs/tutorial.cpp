// As a first program looks: both namespaces brought in, globals with short names, retries, fmt and nlohmann beside us.

#include <weir/weir.hpp>

#include <weir/testing/testing.hpp>

#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

using namespace std;
using namespace std::chrono_literals;
using namespace weir;

int c = 0;

struct reading {
  string station;
  double level = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(reading, station, level)

enum class unit { metres, feet };

const auto d = task(
    "download", {.retries = 3, .retry_delay = {1s, 2s}, .tags = {"net"}},
    [](const string& url) {
      if (++c % 3 != 0) throw runtime_error("503 from " + url);
      return vector<reading>{{"upper", 2.5}, {"lower", 1.25}};
    },
    arg("url"));

const auto t = task(
    "total", {.version = "2"},
    [](const vector<reading>& all, unit, optional<double> offset, const nlohmann::json& extra) {
      double sum = offset.value_or(0);
      for (const auto& [station, level] : all) sum += level;
      return sum + extra.value("more", 0.0);
    },
    arg("all"), arg("in") = unit::metres, arg("offset") = nullopt, arg("extra") = nlohmann::json::object());

const auto s = flow(
    "levels",
    [](const string& token, map<string, int> limits) {
      weir::log::info("{} {}", this_run::name().empty(), limits);
      const auto all = d("http://river");
      return t(all) + t(all, unit::feet, 1.0, {{"more", 0.5}}) + static_cast<double>(token.size());
    },
    arg("token").secret(), arg("limits") = map<string, int>{{"upper", 3}});

int main() {
  const auto clock = make_shared<weir::testing::manual_clock>();
  weir::runtime rt({.store = "levels.db",
                    .console = false,
                    .clock = clock,
                    .executor = make_shared<weir::testing::jumping_executor>(clock)});
  const auto run = s.on(rt).run("hunter2");
  fmt::print("{} {} {}\n", run.result(), run.state().name, fmt::format("{}", run.id()).size());

  weir::store store("levels.db", open_mode::read_only);
  for (const auto& r : store.flow_runs({.flow = "levels", .limit = 10}))
    fmt::print("{} {} {:.1f}s {}\n", r.state.name, r.parameters, r.total_run_time.count(), r.tags);
  for (const auto& r : store.task_runs()) {
    vector<string> names;
    for (const auto& h : r.history) names.push_back(h.name);
    fmt::print("{} {} {}\n", r.name, r.parameters, names);
  }
  for (const auto& line : store.logs({.contains = "upper"})) fmt::print("{} {}\n", line.level, line.message);
}
