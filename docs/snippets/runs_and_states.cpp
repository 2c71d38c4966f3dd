// Quoted by docs/guide/runs-and-states.md.

#include "support/catch2.hpp"
#include "support/runtime.hpp"

#include <stdexcept>
#include <thread>

namespace {

std::vector<std::string> new_files() { return {}; }
void load(const std::string&) {}

// [finish-as]
const auto import = weir::flow("import", [] {
  const auto files = new_files();
  if (files.empty()) {
    weir::this_run::finish_as("Skipped", "no new files");
    return;
  }
  for (const auto& file : files) load(file);
});
// [finish-as]

// [this-run]
const auto export_part = weir::task(
    "export-part",
    [](int part) {
      const auto target = fmt::format("out/{}-{}.csv", weir::this_run::flow_run_id(), part);
      if (weir::this_run::attempt() > 1) weir::log::info("{} again", weir::this_run::name());
      return target;
    },
    weir::arg("part"));
// [this-run]

}  // namespace

TEST_CASE("a body names its own final state", "[docs]") {
  weir_test::virtual_runtime t;
  const auto run = import.on(t.runtime).run();
  CHECK(run.state().name == "Skipped");
  CHECK(run.state().is_completed());
}

TEST_CASE("an outcome holds the value or the failure", "[docs]") {
  weir_test::virtual_runtime t;
  weir::runtime_scope scope(t.runtime);
  const auto divide = weir::flow("divide", [](int a, int b) {
    if (b == 0) throw std::domain_error("division by zero");
    return a / b;
  });
  // [outcome]
  const auto run = divide.run(1, 0);
  if (!run) weir::log::error("{}: {}", run.failure().type, run.failure().message);
  const int value = run.result_or(-1);  // result() would throw the std::domain_error
  // [outcome]
  CHECK(value == -1);
  CHECK(run.failure().type == "std::domain_error");
}

TEST_CASE("tags of a scope reach the runs that are made in it", "[docs]") {
  weir_test::virtual_runtime t;
  weir::runtime_scope scope(t.runtime);
  // [tags]
  {
    const weir::tags scope_tags("2021-01", "backfill");
    export_part(1);
  }
  export_part.as({.tags = {"by hand"}})(2);
  // [tags]
  const auto runs = t.store().task_runs();
  CHECK(runs.at(0).tags == std::vector<std::string>{"2021-01", "backfill"});
  CHECK(runs.at(1).tags == std::vector<std::string>{"by hand"});
}

TEST_CASE("a thread of the user works for the run that it was bound in", "[docs]") {
  weir_test::virtual_runtime t;
  // [bind]
  const auto export_all = weir::flow("export-all", [] {
    std::thread second(weir::bind_context([] { export_part(2); }));
    export_part(1);
    second.join();
  });
  // [bind]
  const auto run = export_all.on(t.runtime).run();
  CHECK(t.store().count_task_runs({.flow_run = run.id()}) == 2);
}
