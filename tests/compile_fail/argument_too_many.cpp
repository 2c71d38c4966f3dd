// expect: weir: too many arguments for this task or flow
#include <weir/weir.hpp>

const auto t = weir::task("t", [](int n) { return n; });
int f() { return t(1, 2); }
