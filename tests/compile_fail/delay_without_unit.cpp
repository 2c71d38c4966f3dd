// expect: weir: a retry delay has a unit (5s, 250ms)
#include <weir/weir.hpp>

const auto t = weir::task("t", {.retry_delay = 5}, [] {});
