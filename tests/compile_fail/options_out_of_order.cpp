// expect g++: designator order
// expect clang++: ISO C++ requires field designators to be specified in declaration order
#include <weir/weir.hpp>

const auto t = weir::task("t", {.tags = {"io"}, .retries = 3}, [](int a) { return a; });
