// expect: weir: after the body come only weir::arg
#include <weir/weir.hpp>

const auto t = weir::task(
    "t", [](int n) { return n; }, "n");
