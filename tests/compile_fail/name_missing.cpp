// expect: weir: name every parameter of the callable with weir::arg, or none
#include <weir/weir.hpp>

const auto t = weir::task(
    "t", [](int n, int m) { return n + m; }, weir::arg("n"));
