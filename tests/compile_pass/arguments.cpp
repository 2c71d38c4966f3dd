// What a direct call can take: references and views, what cannot be copied or moved, braces and designated initialisers.

#include <weir/weir.hpp>

#include <array>
#include <span>

struct shape {
  virtual ~shape() = default;
  virtual double area() const = 0;
};
struct connection {
  connection() = default;
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  int fd = 0;
};
struct config {
  int steps = 1;
  double dt = 0.1;
  std::string name = "x";
};
enum class colour { red, green };

const auto abstract = weir::task("t", [](const shape& s) { return s.area(); });
const auto shared = weir::task("t", [](const connection& c) { return c.fd; });
const auto changed = weir::task("t", [](connection& c) { return ++c.fd; });
const auto owned = weir::task("t", [](std::unique_ptr<int> p) { return p; });
const auto taken = weir::task("t", [](std::unique_ptr<int>&& p) { return *std::move(p); });
const auto moved = weir::task("t", [](std::string&& s) { return std::move(s); });
const auto views = weir::task("t", [](std::string_view s, std::span<const int> v, const char* c, const int* p) {
  return s.size() + v.size() + static_cast<std::size_t>(*c + *p);
});
const auto array = weir::task("t", [](const int (&a)[3], std::array<int, 2> b) { return a[0] + b[1]; });
const auto listed = weir::task("t", [](std::initializer_list<int> v) { return v.size(); });
const auto called = weir::task("t", [](int (*f)(int), colour c) { return f(static_cast<int>(c)); });
const auto nothing = weir::task("t", [] {});
const auto by_reference = weir::task("t", [](const config& c) -> const config& { return c; });
const auto constant = weir::task("t", [](const int a) { return a; });
const auto simulate = weir::task(
    "t", [](config c, const std::vector<int>& v) { return c.steps + static_cast<int>(v.size()); }, weir::arg("c"),
    weir::arg("v") = std::vector<int>{});
const auto twelve = weir::task("t", [](int a, int b, int c, int d, int e, int f, int g, int h, int i, int j, int k,
                                       int l) { return a + b + c + d + e + f + g + h + i + j + k + l; });

double calls(const shape& s, connection& c) {
  static_assert(std::is_same_v<decltype(by_reference(config{})), config>);
  static_assert(std::is_same_v<decltype(abstract(s)), double>);
  const int three[] = {1, 2, 3};
  const std::vector<int> v{1, 2};
  nothing();
  return abstract(s) + shared(c) + changed(c) + *owned(std::make_unique<int>(1)) + *owned(owned(nullptr)) +
         taken(std::make_unique<int>(2)) + static_cast<double>(moved(moved("x")).size() + views("x", v, "y", three)) +
         array(three, {1, 2}) + static_cast<double>(listed({1, 2})) + called([](int n) { return n; }, colour::green) +
         simulate({.steps = 3}) + simulate({.dt = 3}, {1, 2}) + simulate({}) + simulate.fn({.steps = 2}) +
         simulate.fn({}, {1}) + constant(1) + twelve(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
}
