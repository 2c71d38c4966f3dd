// expect: weir: the body must have one plain operator()
// expect: std::bind_front
#include <weir/weir.hpp>

#include <functional>

struct scale {
  int by(int a) const { return 2 * a; }
};
const scale s;
const auto t = weir::task("t", std::bind_front(&scale::by, &s));
