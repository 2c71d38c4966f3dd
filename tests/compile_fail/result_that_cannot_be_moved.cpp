// expect: weir: what the body returns must be something that can be moved or copied
#include <weir/weir.hpp>

struct shape {
  virtual ~shape() = default;
  virtual double area() const = 0;
};
const auto t = weir::task("t", [](const shape& s) -> const shape& { return s; });
