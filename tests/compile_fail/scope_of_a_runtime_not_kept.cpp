// expect: nodiscard
#include <weir/weir.hpp>

void f(weir::runtime& rt) { weir::runtime_scope{rt}; }
