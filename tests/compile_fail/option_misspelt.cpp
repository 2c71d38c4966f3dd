// expect: no matching function
// Inside a call the compilers only say that nothing matches; the type written out names the field: see the next file.
#include <weir/weir.hpp>

const auto t = weir::task("t", {.retires = 3}, [](int a) { return a; });
