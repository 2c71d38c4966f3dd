// expect: weir: an argument was left out and its parameter has no default
#include <weir/weir.hpp>

const auto t = weir::task(
    "t", [](int n, int m) { return n + m; }, weir::arg("n"), weir::arg("m"));
int f() { return t(1); }
