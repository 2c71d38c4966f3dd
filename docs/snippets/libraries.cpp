// Quoted by docs/guide/libraries.md.

#include "support/catch2.hpp"
#include "support/files.hpp"

#include <weir/weir.hpp>

#include <filesystem>

// [header]
// mesh/mesh.hpp: no header of weir is needed here
namespace mesh {
double refine(const std::string& file, int levels);
}
// [header]

// [source]
// mesh/mesh.cpp
namespace {

const auto split = weir::task(
    "mesh.split", [](const std::string& file, int level) { return static_cast<double>(file.size()) + level; },
    weir::arg("file"), weir::arg("level"));

}  // namespace

double mesh::refine(const std::string& file, int levels) {
  const weir::runtime_scope scope(weir::runtime::current_or_null());
  double quality = 0;
  for (int level = 0; level < levels; ++level) quality = split(file, level);
  return quality;
}
// [source]

TEST_CASE("a library records in its host's run, and leaves no trace where there is none", "[docs]") {
  weir_test::temporary_folder folder;
  const int left = weir_test::in_child([&] {
    if (::chdir(folder.str().c_str()) != 0) return 30;
    mesh::refine("wing", 3);
    return std::filesystem::is_empty(folder.str()) ? 0 : 1;
  });
  CHECK(left == 0);

  weir::runtime rt({.store = folder / "weir.db", .console = false});
  const auto run = weir::flow("host", [] { return mesh::refine("wing", 3); }).on(rt).run();
  CHECK(rt.store().count_task_runs({.flow_run = run.id(), .task = "mesh.split"}) == 3);
}
