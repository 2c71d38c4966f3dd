#include "support/catch2.hpp"
#include "support/files.hpp"
#include "support/runtime.hpp"

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

using weir_test::virtual_runtime;

namespace {

struct captured {
  std::ostringstream text;
  std::shared_ptr<spdlog::logger> logger = [this] {
    auto l = std::make_shared<spdlog::logger>("host", std::make_shared<spdlog::sinks::ostream_sink_mt>(text));
    l->set_level(spdlog::level::trace);
    l->set_pattern("%l %v");
    return l;
  }();
};

}  // namespace

TEST_CASE("a line is stored with the run that wrote it", "[log]") {
  virtual_runtime t;
  const auto task = weir::task("t", [] { weir::log::warning("from {}", "task"); });
  const auto run = weir::flow("f",
                              [&] {
                                weir::log::info("from flow");
                                task();
                                weir::log::info("again");
                              })
                       .on(t.runtime)
                       .run();
  const auto lines = t.store().logs({.flow_run = run.id(), .min_level = weir::log::level::info});
  std::vector<std::string> messages;
  for (const auto& l : lines) messages.push_back(l.message);
  CHECK_THAT(messages, Catch::Matchers::VectorContains(std::string("from flow")));
  const auto of_task = t.store().logs({.task_run = t.only("t").id});
  REQUIRE(of_task.size() == 1);
  CHECK(of_task[0].message == "from task");
  CHECK(of_task[0].level == weir::log::level::warning);
  CHECK(of_task[0].run_name == "t-0");
  CHECK(t.store().logs({.flow_run = run.id(), .contains = "again"}).at(0).run_name == run.name());
  CHECK_FALSE(t.store().logs({.contains = "again"}).at(0).task_run);
}

TEST_CASE("lines of a subflow go to the subflow", "[log]") {
  virtual_runtime t;
  const auto inner = weir::flow("inner", [] { weir::log::info("inside"); });
  const auto run = weir::flow("outer", [&] { inner(); }).on(t.runtime).run();
  CHECK(t.store().logs({.flow_run = run.id(), .contains = "inside"}).empty());
  CHECK(t.store().logs({.contains = "inside"}).size() == 1);
}

TEST_CASE("lines below the level go nowhere, and their text is not made", "[log]") {
  virtual_runtime t({.log_level = weir::log::level::warning});
  weir::flow("f", [] {
    CHECK_FALSE(weir::log::enabled(weir::log::level::info));
    weir::log::info("quiet");
    weir::log::error("loud");
  }).on(t.runtime)();
  const auto lines = t.store().logs();
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].message == "loud");
}

TEST_CASE("a failure and a retry are said at fitting levels, with what was thrown", "[log]") {
  virtual_runtime t;
  const auto task = weir::task("t", {.retries = 1}, [] { throw std::runtime_error("503"); });
  (void)weir::flow("f", [&] { task(); }).on(t.runtime).run();
  CHECK_THAT(t.store().logs({.min_level = weir::log::level::warning}).at(0).message, ContainsSubstring("retry 1 of 1"));
  const auto errors = t.store().logs({.min_level = weir::log::level::error});
  REQUIRE(errors.size() == 2);
  CHECK_THAT(errors[0].message, ContainsSubstring("std::runtime_error: 503"));
}

TEST_CASE("a logger of the host gets each line with its run", "[log]") {
  captured out;
  weir::runtime rt({.logger = out.logger, .store_port = weir::testing::memory_store()});
  const auto task = weir::task("fetch", [] { weir::log::error("broken {}", 1); });
  weir::flow("f", [&] { task(); }).as({.run_name = "calm-heron"}).on(rt)();
  CHECK_THAT(out.text.str(), ContainsSubstring("error Task run 'fetch-0' - broken 1"));
  CHECK_THAT(out.text.str(), ContainsSubstring("info Flow run 'calm-heron' - Finished in state Completed()"));
}

TEST_CASE("a line of two million characters is cut, and says so", "[log]") {
  virtual_runtime t;
  weir::flow("f", [] { weir::log::info("{}", std::string(2'000'000, 'x')); }).on(t.runtime)();
  CHECK(t.store().logs({.contains = "more bytes)"}).size() == 1);
}

TEST_CASE("lines of tasks and flows that are not recorded are shown as theirs", "[log][null]") {
  const weir_test::temporary_folder folder;
  const auto path = folder / "console.txt";
  CHECK(weir_test::in_child([&] {
          if (!::freopen(path.c_str(), "w", stderr)) return 30;
          weir::runtime_scope scope(weir::runtime::null());
          const auto task = weir::task("resize", [] { weir::log::info("in the task"); });
          weir::flow("album", [&] {
            task();
            weir::log::info("in the flow");
          })();
          return ::fflush(stderr);
        }) == 0);
  std::stringstream shown;
  shown << std::ifstream(path).rdbuf();
  CHECK_THAT(shown.str(), ContainsSubstring("Task run 'resize' - in the task"));
  CHECK_THAT(shown.str(), ContainsSubstring("Flow run 'album' - in the flow"));
}
