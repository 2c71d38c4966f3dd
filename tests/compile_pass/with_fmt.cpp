// fmt beside us: its headers in any order, its names brought in, its checks on our types.

#include <weir/weir.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>

using fmt::print;

const auto f = weir::flow("f", [](int a) { return a; });

void shows(const weir::run_info& r, const std::vector<weir::uuid>& ids) {
  print("{}", r.id);  // found in fmt alone: nothing of ours is called print, vprint or format
  fmt::print("{} {} {} {:.1f}s\n", r.id, r.name, r.state.name, r.total_run_time.count());
  fmt::print("{} {:>12} {} {}\n", r.state.type, r.state.type, r.kind, *r.started_at);
  fmt::print("{} {} {}\n", r.total_run_time, *r.ended_at - *r.started_at, ids);
  const auto run = f.run(3);
  fmt::print("{} {}", run.id(), run.name());
  weir::log::print("{} {}", r.id, ids);
  weir::log::info("{} {:.3f} {}", r.id, 1.5, weir::log::level::warning);
}
