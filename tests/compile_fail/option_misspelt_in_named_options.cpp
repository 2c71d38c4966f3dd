// expect g++: has no non-static data member named 'retires'
// expect clang++: field designator 'retires' does not refer to any field
#include <weir/weir.hpp>

const auto t = weir::task("t", weir::task_options{.retires = 3}, [](int a) { return a; });
