// expect: no matching function
// Which of the two is meant only a signature can say.
#include <weir/weir.hpp>

int over(int a) { return a; }
double over(double a) { return a; }
const auto t = weir::task("t", over);
