// expect: weir: a pointer to a member function has no object to be called on; bind it
#include <weir/weir.hpp>

struct scale {
  int by(int a) const { return 2 * a; }
};
const auto t = weir::task("t", &scale::by);
