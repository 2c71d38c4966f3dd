// expect: reference to 'log' is ambiguous
// The logarithm needs its std:: where a file says using namespace weir.
#include <weir/weir.hpp>

#include <cmath>

using namespace weir;
double f(double x) { return log(x); }
