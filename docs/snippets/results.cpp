// Quoted by docs/guide/results.md.

#include "support/catch2.hpp"
#include "support/files.hpp"

#include <weir/weir.hpp>

#include <stdexcept>

using namespace std::chrono_literals;

TEST_CASE("a result is kept where that is asked for, and read back by its type", "[docs]") {
  weir_test::temporary_folder folder;
  const auto path = folder / "weir.db";
  // [keep]
  const auto daily = weir::flow(
      "daily-average", {.persist_result = true}, [](const std::vector<double>& values) { return values.at(0); },
      weir::arg("values"));
  // [keep]
  {
    weir::runtime rt({.store = path, .console = false});
    CHECK(daily.on(rt)({12.5}) == 12.5);
    CHECK_THROWS_AS(daily.on(rt)(std::vector<double>{}), std::out_of_range);
    (void)weir::flow("unkept", [] { return 1; }).on(rt).run();
  }
  // [read]
  const weir::store store(path);
  const auto last = store.flow_runs({.flow = "daily-average", .states = {weir::state_type::completed}, .limit = 1});
  const double average = store.result<double>(last.at(0).id);
  // [read]
  CHECK(average == 12.5);
  const auto failed = store.flow_runs({.states = {weir::state_type::failed}}).at(0).id;
  const auto unkept = store.flow_runs({.flow = "unkept"}).at(0).id;
  CHECK_THROWS_AS(store.result<double>(failed), weir::failed_run);
  CHECK_THROWS_AS(store.result<double>(unkept), weir::missing_result);
  CHECK_THROWS_AS(store.result<std::string>(last.at(0).id), weir::error);
}
