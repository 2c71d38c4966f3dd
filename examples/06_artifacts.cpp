// What a run leaves for people to look at: a table, a report, a link, an image, and how far it has come.

#include <weir/weir.hpp>

#include <nlohmann/json.hpp>

#include <fmt/core.h>

// [row]
struct station {
  std::string name;
  double level = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(station, name, level)
// [row]

const auto measure = weir::task("measure", [](const std::vector<std::string>& names) {
  std::vector<station> stations;
  // [progress]
  const auto progress = weir::create_progress("measured", names.size(), "stations");
  for (const auto& name : names) {
    stations.push_back({name, 0.5 * static_cast<double>(name.size())});
    ++progress;
  }
  // [progress]
  return stations;
});

/// A bar for each station.
std::string drawn(const std::vector<station>& stations) {
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 10 10\">";
  for (std::size_t i = 0; i < stations.size(); ++i)
    svg += fmt::format("<rect y=\"{}\" width=\"{}\" height=\"1\"/>", 2 * i, stations[i].level);
  return svg + "</svg>";
}

const auto report = weir::task("report", [](const std::vector<station>& stations) {
  double highest = 0;
  for (const auto& s : stations) highest = std::max(highest, s.level);
  // [create]
  weir::create_table("levels", stations);
  weir::create_markdown("level-report", fmt::format("# Levels\n\nThe highest is **{} m**.\n", highest));
  weir::create_link("gauges", "https://example.org/gauges?day=today", "the gauges' own page");
  // [create]
  // [image]
  const std::string svg = drawn(stations);
  weir::create_image("level-plot", std::as_bytes(std::span(svg)), "a bar for each station");
  // [image]
});

const auto levels = weir::flow("levels", [](const std::vector<std::string>& names) { report(measure(names)); });

int main() {
  weir::runtime rt({.store = "artifacts.db"});
  levels.on(rt)({"upper", "lower"});
  levels.on(rt)({"upper", "lower", "at the mill"});

  // [read]
  const weir::store store("artifacts.db");
  if (const auto newest = store.artifact("level-report")) fmt::print("{}", newest->data);
  for (const auto& a : store.artifacts({.latest_only = true})) {
    const auto what = a.media_type.empty() ? a.data : fmt::format("{}, {} bytes", a.media_type, a.size);
    if (a.type != "markdown") fmt::print("{} {} (version {}): {}\n", a.type, a.key, a.version, what);
  }
  // [read]
}
