// Quoted by docs/guide/runtimes.md.

#include "support/catch2.hpp"
#include "support/files.hpp"

#include <weir/weir.hpp>

namespace {

const auto resize = weir::task(
    "resize", [](int width) { return width / 2; }, weir::arg("width"));
const auto thumbnails = weir::flow(
    "thumbnails", [](int n) { return resize(n); }, weir::arg("n"));

}  // namespace

TEST_CASE("a runtime is an ordinary object", "[docs]") {
  weir_test::temporary_folder folder;
  const auto path = folder / "runs.db";
  // [runtime]
  weir::runtime rt({.store = path, .console = false, .log_level = weir::log::level::debug});

  thumbnails.on(rt)(640);  // this call

  weir::runtime_scope scope(rt);  // every call on this thread, until the end of the block
  thumbnails(320);
  // [runtime]
  CHECK(rt.store().count_flow_runs() == 2);
  CHECK(rt.store().count_task_runs() == 2);
}

TEST_CASE("the null runtime runs everything and records nothing", "[docs]") {
  // [null]
  const int width = resize.on(weir::runtime::null())(640);
  // [null]
  CHECK(width == 320);
}
