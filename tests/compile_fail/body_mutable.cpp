// expect: weir: the body changes its own captures (a mutable lambda)
// expect: std::shared_ptr, an atomic or a parameter
#include <weir/weir.hpp>

const auto t = weir::task("t", [n = 0]() mutable { return ++n; });
