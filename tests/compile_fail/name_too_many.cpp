// expect: weir: name every parameter of the callable with weir::arg, or none
#include <weir/weir.hpp>

const auto f = weir::flow(
    "f", [](int n) { return n; }, weir::arg("n"), weir::arg("m"));
