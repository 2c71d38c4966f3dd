// expect: weir: cache::by needs a function with one plain operator()
#include <weir/weir.hpp>

const auto t = weir::task("t", {.cache = weir::cache::by([](auto n) { return n; })}, [](int n) { return n; });
