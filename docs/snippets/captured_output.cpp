// Quoted by docs/guide/captured-output.md, beside examples/05_captured_output.cpp.

#include "support/catch2.hpp"
#include "support/files.hpp"

#include <weir/spdlog.hpp>
#include <weir/weir.hpp>

#include <spdlog/async.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

TEST_CASE("a logger in front of an asynchronous one stores each line with its run", "[docs]") {
  weir_test::temporary_folder folder;
  weir::runtime rt({.store = folder / "weir.db", .console = false});
  std::ostringstream text;
  const auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text);
  const auto pool = std::make_shared<spdlog::details::thread_pool>(64, 1);  // ends, and joins its thread, before sink
  const auto behind = std::make_shared<spdlog::async_logger>("app", sink, pool);
  // [front]
  const auto logger = weir::in_front_of(behind);  // behind is the asynchronous one

  const auto clean = weir::task("clean", [logger](int rows) { logger->warn("{} rows dropped", rows); });
  // [front]
  clean.on(rt)(3);
  const auto line = rt.store().logs().at(0);
  CHECK(line.message == "3 rows dropped");
  CHECK(line.logger == "app");
  CHECK(line.run_name == "clean-0");
}
