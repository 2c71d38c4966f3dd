// expect: weir: the body must have one plain operator()
#include <weir/weir.hpp>

const auto t = weir::task("t", 3);
