// expect: log_format_of_another_type.cpp:5
// The reason is fmt's to say, further down: "invalid type specifier".
#include <weir/weir.hpp>

void f(int n) { weir::log::info("{:s}", n); }
