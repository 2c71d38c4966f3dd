// What can be a body: anything with one signature, and with the signature given anything that can be called so.

#include <weir/weir.hpp>

#include <functional>

int plain(int a) noexcept { return a; }
int over(int a) { return a; }
double over(double a) { return a; }

struct functor {
  int operator()(int a) const noexcept { return a; }
};
struct only_lvalue {
  int operator()(int a) const& { return a; }
};
struct both {
  int operator()(int a) const { return a; }
  double operator()(double a) const { return a; }
};
struct scale {
  int by(int a) const { return k * a; }
  int k = 2;
};
scale two;

const auto function = weir::task("t", plain);
const auto pointer = weir::task("t", &plain);
const auto an_object = weir::task("t", functor{});
const auto qualified = weir::task("t", only_lvalue{});
const auto erased = weir::task("t", std::function<int(int)>(plain));
const auto noexcept_lambda = weir::task("t", [](int a) noexcept { return a; });
const auto move_only = weir::task("t", [p = std::make_unique<int>(3)](int a) { return a + *p; });
const auto copy = move_only;

const auto generic = weir::task<int(int)>("t", [](auto n) { return n; });
const auto overloaded = weir::task<double(double)>("t", {.retries = 1}, both{}, weir::arg("a"));
const auto bound = weir::task<int(int)>("t", std::bind_front(&scale::by, &two), weir::arg("a") = 3);
const auto one_of_two = weir::task<double(double)>("t", over);
const auto its_address = weir::flow<int(int)>("f", {}, &over);
const auto by_reference = weir::task<int(int)>("t", std::ref(plain));
const auto another_task = weir::flow<int(int)>("f", function);
const auto converting = weir::task<double(std::string)>("t", [](std::string_view s) { return s.size() > 1 ? 1 : 0; });
const auto result_ignored = weir::task<void(int)>("t", plain);
const auto generic_move_only = weir::task<int(int)>("t", [p = std::make_unique<int>(3)](auto a) { return a + *p; });

struct host {
  int k = 3;
  weir::task_of<int(int)> member = weir::task(
      "m", [this](int a) { return a + k; }, weir::arg("a"));
  int go() const { return member(1) + member.with({.retries = 1})(3) + member.as({.run_name = "x"})(4); }
};

const std::vector<weir::task_of<int(int)>> table{function, an_object, generic, move_only};

auto made_in_a_function(int k) {
  auto inner = weir::task("inner", [k](int a) { return a + k; });
  return weir::flow("f", [inner](const std::vector<int>& v) {
    int sum = 0;
    for (const int i : v) sum += inner(i);
    return sum;
  });
}

int calls() {
  const auto [a, b] = std::pair(1, 2);
  const auto captured = weir::task("t", [a = a, b = b](int x) { return x + a + b; });  // clang 14 wants the names given
  auto f = made_in_a_function(3);
  auto g = f;
  f = g;
  result_ignored(1);
  int sum = host{}.go() + captured(1) + f({1, 2}) + g.run({1}).result_or(0) + move_only.fn(3) + copy(1) + bound();
  for (const auto& step : table) sum = step(sum);
  return sum + static_cast<int>(one_of_two(1.5) + overloaded(2.5) + converting("abc")) + its_address(1) +
         another_task(1) + by_reference(2) + generic_move_only(1) + pointer(1) + erased(1) + noexcept_lambda(1) +
         qualified(1);
}
