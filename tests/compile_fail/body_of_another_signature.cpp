// expect: no matching function
#include <weir/weir.hpp>

const auto t = weir::task<int(std::string)>("t", [](int n) { return n; });
