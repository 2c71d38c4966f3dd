// Quoted by docs/guide/durability.md.

#include "support/catch2.hpp"
#include "support/files.hpp"

#include <weir/weir.hpp>

namespace {

void send_money(const std::string&) {}
int measure(int n) { return n; }

// [durability]
const auto transfer = weir::task(
    "transfer", {.durability = weir::durability::power},  // its end is on the disk before its caller goes on
    [](const std::string& order) { send_money(order); }, weir::arg("order"));

const auto sweep = weir::flow(
    "sweep", {.durability = weir::durability::process},  // so is what this flow calls, but for a power cut
    [](int n) {
      for (int i = 0; i < n; ++i) measure(i);
    },
    weir::arg("n"));
// [durability]

}  // namespace

TEST_CASE("durability is a word of the runtime, the flow or the task", "[docs]") {
  weir_test::temporary_folder folder;
  const auto path = folder / "weir.db";
  // [runtime]
  weir::runtime rt({.store = path, .durability = weir::durability::process, .console = false});
  // [runtime]
  transfer.on(rt)("order 1");
  sweep.on(rt)(3);
  CHECK(weir::store(path).count_task_runs() == 1);
  CHECK(weir::store(path).count_flow_runs() == 1);
}
