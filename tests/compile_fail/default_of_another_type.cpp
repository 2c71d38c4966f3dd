// expect: weir: the default given with weir::arg
// expect: does not convert to its parameter
#include <weir/weir.hpp>

const auto t = weir::task(
    "t", [](int n) { return n; }, weir::arg("n") = "three");
