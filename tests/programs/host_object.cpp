// Tasks as members and in tables of a class, over every kind of body; the record read back at the end.

#include <weir/weir.hpp>

#include <fmt/core.h>

#include <functional>
#include <map>
#include <memory>

using namespace std::chrono_literals;

namespace {

struct rounding {
  int operator()(double x) const { return static_cast<int>(x); }
  std::string operator()(const std::string& s) const { return s; }
};

struct scale {
  double factor = 1;
  double apply(double x) const { return factor * x; }
};

double halved(double x) noexcept { return x / 2; }

class pipeline {
 public:
  double run(double x) const {
    for (const auto& [name, step] : steps_) x = step(x);
    return add_(x, round_(x));
  }

 private:
  double offset_ = 0.25;
  scale triple_{3};
  weir::task_of<double(double, int)> add_ = weir::task(
      "add", {.retries = 1}, [this](double a, int b) { return a + b + offset_; }, weir::arg("a"), weir::arg("b"));
  weir::task_of<int(double)> round_ = weir::task<int(double)>("round", rounding{});
  std::map<std::string, weir::task_of<double(double)>> steps_{
      {"1 halve", weir::task("halve", halved)},
      {"2 triple", weir::task<double(double)>("triple", std::bind_front(&scale::apply, &triple_), weir::arg("x"))},
      {"3 lookup", weir::task("lookup", [table = std::make_unique<std::vector<double>>(10, 0.5)](double x) {
         return x + table->at(static_cast<std::size_t>(x));
       })}};
};

}  // namespace

int main() {
  weir::runtime rt({.store = "host.db", .console = false});
  const pipeline host;
  const auto [low, high] = std::pair(2.0, 3.0);
  const auto both = weir::flow("both", [&host, low = low, high = high] { return host.run(low) + host.run(high); });

  fmt::print("{}\n", both.on(rt)());
  for (const auto& run : weir::store("host.db").task_runs())
    fmt::print("{} {} {} {}\n", run.name, run.state.name, run.parameters, run.attempts);
}
