// expect: deleted
#include <weir/weir.hpp>

void f(weir::runtime& rt) { weir::runtime copy = rt; }
