// Quoted by docs/guide/logs.md.

#include "support/catch2.hpp"
#include "support/files.hpp"

#include <weir/weir.hpp>

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

namespace {

// [log]
const auto copy = weir::task(
    "copy",
    [](const std::string& from, const std::string& to) {
      weir::log::debug("from {} to {}", from, to);
      weir::log::info("{} bytes", from.size());
      if (from == to) weir::log::warning("{} is copied onto itself", from);
    },
    weir::arg("from"), weir::arg("to"));
// [log]

}  // namespace

TEST_CASE("lines are stored with the run that wrote them", "[docs]") {
  weir_test::temporary_folder folder;
  weir::runtime rt({.store = folder / "weir.db", .console = false});
  copy.on(rt)("a", "a");
  weir::store& store = rt.store();
  std::string seen;
  // [read]
  for (const auto& line : store.logs({.min_level = weir::log::level::warning, .contains = "onto itself"}))
    seen += fmt::format("{} {} {}: {}\n", line.at, line.level, line.run_name, line.message);
  // [read]
  CHECK_THAT(seen, ContainsSubstring("WARNING copy-0: a is copied onto itself"));
  CHECK(store.logs().size() == 2);
}

TEST_CASE("a logger of the program can take the console's place", "[docs]") {
  weir_test::temporary_folder folder;
  const auto path = folder / "weir.db";
  std::ostringstream lines;
  const auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(lines);
  // [logger]
  const auto logger = std::make_shared<spdlog::logger>("pipeline", sink);  // any spdlog logger
  weir::runtime rt({.store = path, .logger = logger});
  // [logger]
  copy.on(rt)("a", "b");
  CHECK_THAT(lines.str(), ContainsSubstring("Task run 'copy-0' - 1 bytes"));
}
