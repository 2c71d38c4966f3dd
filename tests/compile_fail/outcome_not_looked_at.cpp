// expect: nodiscard
#include <weir/weir.hpp>

const auto f = weir::flow("f", [] {});
void g() { f.run(); }
