// The same with fmt's headers first.

#include <fmt/chrono.h>
#include <fmt/ranges.h>

#include <weir/weir.hpp>

void shows(const weir::run_info& r) {
  using namespace fmt;
  print("{} {} {}", r.id, *r.started_at, r.total_run_time);
  weir::log::info("{}", r.tags);
}
