// expect: log_format_with_too_few_arguments.cpp:4
#include <weir/weir.hpp>

void f(int n) { weir::log::info("{} of {}", n); }
