// with, on and as in each order, braces, defaults left out, subflows, scopes, two runtimes and none.

#include <weir/weir.hpp>

#include <fmt/core.h>

namespace {

struct model {
  int steps = 1;
  double dt = 0.5;
  std::vector<std::string> names{};
};

const auto simulate = weir::task(
    "simulate", {.tags = {"science"}}, [](const model& m, int seed) { return m.steps * seed; },
    weir::arg("m") = model{}, weir::arg("seed") = 1);

const auto batch = weir::flow(
    "batch", {.run_name = "batch of {n}"},
    [](int n) {
      if (n < 0) throw std::invalid_argument("n is negative");
      const weir::tags scope("inside", std::string("batch"));
      int sum = 0;
      for (int i = 0; i < n; ++i) sum += simulate({.steps = i}, 2);
      return sum;
    },
    weir::arg("n") = 2);

const auto all = weir::flow("all", [](std::vector<int> sizes) {
  int sum = 0;
  for (const int n : sizes) sum += batch(n);
  return sum + batch.run(-1).result_or(100);
});

void show(weir::store& store) {
  for (const auto& f : store.flow_runs())
    fmt::print("  flow {} \"{}\" {} {} children {}\n", f.flow, f.flow == "all" ? "" : f.name, f.state.name,
               f.parameters, store.run_tree(f.id).children.size());
  for (const auto& t : store.task_runs({.task = "simulate"})) {
    fmt::print("  task {} [", t.name);
    for (const auto& tag : t.tags) fmt::print(" {}", tag);
    fmt::print(" ]\n");
  }
}

}  // namespace

int main() {
  weir::runtime one({.store = "one.db", .console = false});
  weir::runtime two{{.store = "two.db", .console = false}};

  fmt::print("{}\n", all.on(one)({2, 3}));
  fmt::print("{}\n", simulate.with({.tags = {{"a", "b"}}}).on(two).as({.run_name = "first"})({.steps = 4}));
  fmt::print("{}\n", simulate.on(two).as({.run_name = "second", .tags = {"c"}})());
  fmt::print("{}\n", simulate.as({.run_name = "third"}).on(two)({.dt = 2, .names = {"x", "y"}}, 7));
  {
    const weir::runtime_scope scope(two);
    fmt::print("{}\n", batch());
    fmt::print("{}\n", batch.with({.run_name = "another"}).run(1).result());
    const weir::runtime_scope nowhere(weir::runtime::null());
    fmt::print("{} {}\n", batch(5), simulate.fn({.steps = 9}));
  }
  const auto failed = batch.on(two).run(-3);
  fmt::print("{} {} {}: {}\n", static_cast<bool>(failed), failed.state().name, failed.failure().type,
             failed.failure().message);

  fmt::print("one\n");
  show(one.store());
  fmt::print("two\n");
  show(two.store());
}
