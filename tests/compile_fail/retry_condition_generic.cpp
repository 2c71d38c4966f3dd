// expect: weir: a retry condition takes one named type
#include <weir/weir.hpp>

const auto t = weir::task("t", {.retry_if = [](const auto& e) { return e.status > 500; }}, [] {});
