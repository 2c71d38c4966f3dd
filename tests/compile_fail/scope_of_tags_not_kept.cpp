// expect: nodiscard
#include <weir/weir.hpp>

void f() { weir::tags("nightly"); }
