// expect: include <nlohmann/json.hpp> before wrapping the task
#include <weir/weir.hpp>

struct point {
  int x = 0;
};
void to_json(nlohmann::json& j, const point& p);
const auto t = weir::task("t", [](const point& p) { return p.x; });
int f() { return t({3}); }
