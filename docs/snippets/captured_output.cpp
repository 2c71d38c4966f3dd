// Quoted by docs/guide/captured-output.md.

#include "support/catch2.hpp"
#include "support/files.hpp"

#include <weir/spdlog.hpp>
#include <weir/weir.hpp>

#include <spdlog/sinks/ostream_sink.h>

#include <iostream>
#include <sstream>

namespace {

// [prints]
const auto convert = weir::task(
    "convert", {.log_prints = true},
    [](int rows) {
      std::cout << "converting " << rows << " rows";
      std::cout << " ... done\n";  // one line, and shown as ever
      if (rows == 0) std::cerr << "nothing to convert\n";
    },
    weir::arg("rows"));
// [prints]

// [print]
const auto measure = weir::task("measure", [](double value) { weir::log::print("value {:.3f}", value); });
// [print]

}  // namespace

TEST_CASE("what a body prints is stored with its run", "[docs]") {
  weir_test::temporary_folder folder;
  weir::runtime rt({.store = folder / "weir.db", .console = false});
  convert.on(rt)(0);
  measure.on(rt)(0.5);
  const auto lines = rt.store().logs();
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].message == "converting 0 rows ... done");
  CHECK(lines[0].level == weir::log::level::info);
  CHECK(lines[1].message == "nothing to convert");
  CHECK(lines[2].message == "value 0.500");
}

TEST_CASE("lines of the program's own loggers are stored with the run that writes them", "[docs]") {
  weir_test::temporary_folder folder;
  weir::runtime rt({.store = folder / "weir.db", .console = false});
  std::ostringstream text;
  const auto logger = std::make_shared<spdlog::logger>("app", std::make_shared<spdlog::sinks::ostream_sink_mt>(text));
  // [spdlog]
  weir::attach(*logger);  // from weir/spdlog.hpp; the logger shows its lines as before

  const auto clean = weir::task("clean", [logger](int rows) { logger->warn("{} rows dropped", rows); });
  // [spdlog]
  clean.on(rt)(3);
  const auto line = rt.store().logs().at(0);
  CHECK(line.message == "3 rows dropped");
  CHECK(line.logger == "app");
  CHECK(line.run_name == "clean-0");
}
