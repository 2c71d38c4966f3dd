// expect: declaration
#include <weir/weir.hpp>

// Not a scope for rt, but a new variable called rt.
void f(weir::runtime& rt) { weir::runtime_scope(rt); }
