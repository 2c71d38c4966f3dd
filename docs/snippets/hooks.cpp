// Quoted by docs/guide/hooks.md.

#include "support/catch2.hpp"
#include "support/runtime.hpp"

#include <stdexcept>

namespace {

std::vector<std::string> sent;
void send_mail(const std::string& to, const std::string& text) { sent.push_back(to + ": " + text); }
void load() { throw std::runtime_error("no such table"); }

// [hooks]
void tell_operator(const weir::run_info& run) {
  send_mail("operator", fmt::format("{} ended {}: {}", run.name, run.state.name, run.state.message));
}

const auto nightly = weir::flow(
    "nightly",
    {.run_name = "nightly load",
     .on_completion = [](const weir::run_info& run) { weir::log::info("took {} s", run.total_run_time.count()); },
     .on_failure = tell_operator,
     .on_crashed = tell_operator},
    [] { load(); });
// [hooks]

}  // namespace

TEST_CASE("a hook is called with the record of the run", "[docs]") {
  weir_test::virtual_runtime t;
  CHECK_THROWS_AS(nightly.on(t.runtime)(), std::runtime_error);
  CHECK(sent == std::vector<std::string>{"operator: nightly load ended Failed: std::runtime_error: no such table"});
}
