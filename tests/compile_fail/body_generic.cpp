// expect: weir: the body must have one plain operator(): for a generic lambda
// expect: give the signature
#include <weir/weir.hpp>

const auto t = weir::task("t", [](auto n) { return n; });
