// expect: weir: an argument was left out and its parameter has no default
#include <weir/weir.hpp>

const auto f = weir::flow(
    "f", [](int n, int m) { return n + m; }, weir::arg("n") = 1, weir::arg("m"));
int g() { return f.run(1).result(); }
