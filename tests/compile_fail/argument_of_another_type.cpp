// expect g++: no match for call to
// expect clang++: no matching function for call to object of type
#include <weir/weir.hpp>

struct date {};
const auto t = weir::task("t", [](int n, std::string s) { return n + static_cast<int>(s.size()); });
int f() { return t(1, date{}); }
