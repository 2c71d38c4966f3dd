// expect: no matching function
// The first field is no text, so that a list of tags is not taken for options.
#include <weir/weir.hpp>

const auto t = weir::task("t", {"io", "cpu"}, [](int a) { return a; });
