#include "support/catch2.hpp"
#include "support/files.hpp"

#include <weir/weir.hpp>

#include <sys/stat.h>

using weir_test::temporary_folder;

namespace {

template <class F>
std::string refusal(F&& f) {
  try {
    f();
  } catch (const weir::store_error& e) {
    CHECK(e.code() == weir::error_code::store_cannot_open);
    return e.what();
  }
  return "opened";
}

}  // namespace

TEST_CASE("a path that names no file is refused with what to do, and nothing waits for it", "[store]") {
  temporary_folder folder;
  const auto pipe = folder / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  for (const auto mode : {weir::open_mode::read_only, weir::open_mode::read_write}) {
    CHECK_THAT(refusal([&] { weir::store("", mode); }), ContainsSubstring("its path is empty; name a file"));
    CHECK_THAT(refusal([&] { weir::store(pipe, mode); }), ContainsSubstring("a device or a pipe; name a file"));
    CHECK_THAT(refusal([&] { weir::store("/dev/null", mode); }), ContainsSubstring("a device or a pipe"));
    CHECK_THAT(refusal([&] { weir::store(folder.str(), mode); }), ContainsSubstring("is a directory"));
  }
}

TEST_CASE("a run that is not there is refused, and an id of the other kind is told apart", "[store]") {
  temporary_folder folder;
  weir::runtime rt({.store = folder / "weir.db", .console = false});
  const auto flow_run = weir::flow("f", [] { weir::task("t", [] {})(); }).on(rt).run().id();
  const auto task_run = rt.store().task_runs().at(0).id;
  CHECK_THROWS_WITH(rt.store().get_task_run(flow_run), ContainsSubstring("not the id of a task run"));
  CHECK_THROWS_WITH(rt.store().get_flow_run(task_run), ContainsSubstring("this is the id of a task run"));
}
