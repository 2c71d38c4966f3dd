#include <weir/spdlog.hpp>

#include "support/catch2.hpp"
#include "support/printing.hpp"
#include "support/runtime.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/ostream_sink.h>

#include <thread>

using namespace weir_test;

namespace {

/// A logger of the host that shows its lines in a text.
struct host {
  std::ostringstream text;
  std::shared_ptr<spdlog::sinks::sink> sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text);
  std::shared_ptr<spdlog::logger> logger = quick(std::make_shared<spdlog::logger>("app", sink));

  static std::shared_ptr<spdlog::logger> quick(std::shared_ptr<spdlog::logger> l) {
    l->set_level(spdlog::level::trace);
    l->set_pattern("%n %l %v");
    return l;
  }
};

/// An asynchronous logger over the same text, and the thread that serves it.
struct asynchronous_host : host {
  std::shared_ptr<spdlog::details::thread_pool> pool = std::make_shared<spdlog::details::thread_pool>(1024, 1);

  asynchronous_host() { logger = quick(std::make_shared<spdlog::async_logger>("slow", sink, pool)); }
  void finish() { pool.reset(); }  // delivers what is queued and ends the thread
};

std::vector<weir::log_record> of_loggers(const weir::store& store) {
  auto lines = store.logs({.limit = 10'000});
  std::erase_if(lines, [](const auto& l) { return l.logger.empty(); });
  return lines;
}

std::size_t times(const std::string& part, const std::string& text) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

}  // namespace

TEST_CASE("a line of the host's logger is stored with the run that wrote it, and shown as before", "[spdlog]") {
  virtual_runtime t;
  host h;
  weir::attach(*h.logger);
  const auto task = weir::task("t", [&] { h.logger->warn("{} rows dropped", 3); });
  const auto run = weir::flow("f",
                              [&] {
                                task();
                                h.logger->info("in the flow");
                              })
                       .on(t.runtime)
                       .run();
  h.logger->error("in no run");
  const auto lines = of_loggers(t.store());
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].message == "3 rows dropped");
  CHECK(lines[0].level == weir::log::level::warning);
  CHECK(lines[0].logger == "app");
  CHECK(lines[0].task_run == t.only("t").id);
  CHECK(lines[0].run_name == "t-0");
  CHECK(lines[1].message == "in the flow");
  CHECK(lines[1].flow_run == run.id());
  CHECK_FALSE(lines[1].task_run);
  CHECK(h.text.str() == "app warning 3 rows dropped\napp info in the flow\napp error in no run\n");
}

TEST_CASE("the name of a logger comes back from a store file", "[spdlog][store]") {
  temporary_folder folder;
  host h;
  weir::attach(*h.logger);
  {
    weir::runtime rt({.store = folder / "weir.db", .console = false});
    weir::flow("f", [&] {
      h.logger->info("through it");
      weir::log::info("past it");
    }).on(rt)();
  }
  const weir::store store(folder / "weir.db");
  CHECK(store.logs({.contains = "through it"}).at(0).logger == "app");
  CHECK(store.logs({.contains = "past it"}).at(0).logger.empty());
}

TEST_CASE("spdlog's levels become ours, and the runtime's level holds", "[spdlog]") {
  using weir::log::level;
  const auto stored = [](level lowest) {
    virtual_runtime t({.log_level = lowest});
    host h;
    weir::attach(*h.logger);
    weir::flow("f", [&] {
      for (const auto l : {spdlog::level::trace, spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                           spdlog::level::err, spdlog::level::critical})
        h.logger->log(l, "line");
    }).on(t.runtime)();
    std::vector<level> out;
    for (const auto& l : of_loggers(t.store())) out.push_back(l.level);
    return out;
  };
  CHECK(stored(level::debug) ==
        std::vector{level::debug, level::debug, level::info, level::warning, level::error, level::error});
  CHECK(stored(level::error) == std::vector{level::error, level::error});
}

TEST_CASE("attaching twice stores a line once", "[spdlog]") {
  virtual_runtime t;
  host h;
  weir::attach(*h.logger);
  weir::attach(*h.logger);
  weir::flow("f", [&] { h.logger->info("line"); }).on(t.runtime)();
  CHECK(of_loggers(t.store()).size() == 1);
}

TEST_CASE("a logger that is the runtime's console and attached makes no loop and no double line", "[spdlog]") {
  host h;
  weir::attach(*h.logger);
  weir::runtime rt({.logger = h.logger, .store_port = weir::testing::memory_store()});
  weir::flow("f", [&] {
    weir::log::info("by weir");
    h.logger->info("by the host");
  }).on(rt)();
  CHECK(times("by weir", h.text.str()) == 1);
  CHECK(times("by the host", h.text.str()) == 1);
  REQUIRE(rt.store().logs({.contains = "by weir"}).size() == 1);
  CHECK(rt.store().logs({.contains = "by weir"}).at(0).logger.empty());
  REQUIRE(rt.store().logs({.contains = "by the host"}).size() == 1);
  CHECK(rt.store().logs({.contains = "by the host"}).at(0).logger == "app");
}

TEST_CASE("an asynchronous logger that is attached stores nothing, and says so once", "[spdlog][async]") {
  const printing_child child([](const auto& c) {
    asynchronous_host h;
    weir::attach(*h.logger);
    weir::runtime rt({.store = c.store, .console = false});
    weir::flow("f", [&] {
      h.logger->info("first");
      h.logger->info("second");
    }).on(rt)();
    h.finish();
    if (h.text.str() != "slow info first\nslow info second\n") throw std::runtime_error("not shown: " + h.text.str());
  });
  INFO(child.err());
  REQUIRE(child.ended_well());
  CHECK(of_loggers(weir::store(child.store)).empty());
  CHECK(times("the spdlog logger \"slow\" gives its lines to another thread", child.err()) == 1);
}

TEST_CASE("a logger in front of an asynchronous one knows the run of every line", "[spdlog][async]") {
  constexpr int threads = 4, lines = 200;
  virtual_runtime t;
  asynchronous_host h;
  const auto front = weir::in_front_of(h.logger);
  CHECK(front->name() == "slow");
  CHECK(front->level() == spdlog::level::trace);
  const auto task = weir::task("t", [&](int n) {
    for (int i = 0; i < lines; ++i) front->info("of {}", n);
  });
  const auto flow = weir::flow("f", [&](int n) {
    task(n);
    front->warn("end of {}", n);
  });
  std::vector<std::thread> all;
  for (int n = 0; n < threads; ++n) all.emplace_back([&, n] { flow.on(t.runtime)(n); });
  for (auto& thread : all) thread.join();
  h.finish();
  CHECK(times("slow info of ", h.text.str()) == threads * lines);

  for (const auto& run : t.store().task_runs({.task = "t"})) {
    const auto stored = t.store().logs({.task_run = run.id, .limit = 10'000});
    std::size_t own = 0;
    for (const auto& l : stored) own += l.message == std::string("of ") + run.parameters.at(run.parameters.size() - 2);
    CHECK(own == lines);
    CHECK(stored.size() == own);
  }
  CHECK(t.store().logs({.min_level = weir::log::level::warning}).size() == threads);
}

TEST_CASE("an asynchronous logger may be the runtime's console", "[spdlog][async]") {
  asynchronous_host h;
  const auto front = weir::in_front_of(h.logger);
  {
    weir::runtime rt({.logger = front, .store_port = weir::testing::memory_store()});
    weir::flow("f", [&] {
      weir::log::info("by weir");
      front->info("by the host");
    }).on(rt)();
    CHECK(rt.store().logs({.contains = "by weir"}).size() == 1);
    CHECK(rt.store().logs({.contains = "by the host"}).size() == 1);
  }
  h.finish();
  CHECK(times("by weir", h.text.str()) == 1);
  CHECK(times("by the host", h.text.str()) == 1);
}

TEST_CASE("a host's logger that prints to std::cout is not stored a second time as a print of weir's lines",
          "[spdlog][prints]") {
  auto& shown = consoles::cleared();
  auto logger = std::make_shared<spdlog::logger>("app", std::make_shared<spdlog::sinks::ostream_sink_mt>(std::cout));
  logger->set_pattern("%v");
  weir::runtime rt({.log_prints = true, .logger = logger, .store_port = weir::testing::memory_store()});
  weir::flow("f", [] { weir::log::info("once"); }).on(rt)();
  CHECK(times("once", shown.out.text()) == 1);
  CHECK(rt.store().logs({.contains = "once"}).size() == 1);
}

TEST_CASE("a line of two million characters through a logger is cut, and says so", "[spdlog]") {
  virtual_runtime t;
  host h;
  weir::attach(*h.logger);
  weir::flow("f", [&] { h.logger->info(std::string(2'000'000, 'x')); }).on(t.runtime)();
  CHECK(t.store().logs({.contains = "more bytes)"}).size() == 1);
}
