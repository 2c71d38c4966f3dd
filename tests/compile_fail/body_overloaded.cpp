// expect: weir: the body must have one plain operator()
#include <weir/weir.hpp>

struct both {
  int operator()(int a) const { return a; }
  double operator()(double a) const { return a; }
};
const auto t = weir::task("t", both{});
