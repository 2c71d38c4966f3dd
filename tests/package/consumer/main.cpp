// A small shop: what a program does with weir that has nothing but its public headers. What it prints is compared with
// expected.txt, so nothing here depends on time, ids or chance.

#include "orders.hpp"

#include <fmt/core.h>
#include <weir/weir.hpp>

#include <stdexcept>
#include <thread>
#include <vector>

int d = 0, s = 0;  // names that users have, too: must not meet those inside the library's templates

namespace {

using shop::order;

const auto price = weir::task(
    "price", {.retries = 2, .retry_if = weir::retry_on<std::runtime_error>(), .tags = {"net"}},
    [](const order& o) {
      if (weir::this_run::attempt() == 1 && o.item == "fish") throw std::runtime_error("the line was busy");
      weir::log::info("{} x {}", o.count, o.item);
      return 2.5 * o.count;
    },
    weir::arg("order"));

const auto pack = weir::flow("pack", {.run_name = "packing"}, [](std::vector<order> orders) {
  if (orders.empty()) weir::this_run::finish_as("Skipped", "nothing was ordered");
  return orders.size();
});

const auto sell = weir::flow(
    "sell", {.run_name = "to {customer}"},
    [](std::vector<order> orders, std::string, std::string) {
      double sum = 0;
      for (const auto& o : orders) sum += price(o);
      pack(orders);
      pack({});
      std::thread(weir::bind_context([&] { sum += price({.item = "ice", .count = 1}); })).join();
      return sum;
    },
    weir::arg("orders"), weir::arg("token").secret(), weir::arg("customer") = "anyone");

void print_tree(const weir::run_node& node, int depth = 0) {
  fmt::print("{:{}}{} {}: {}, attempts {}\n", "", 2 * depth, node.kind, node.name, node.state.name, node.attempts);
  for (const auto& child : node.children) print_tree(child, depth + 1);
}

void show_errors(weir::runtime& rt) {
  try {
    weir::task("hasty", {.retry_delay = std::chrono::seconds(-1)}, [] {}).on(rt)();
  } catch (const weir::usage_error& e) {
    fmt::print("usage_error: {}\n", std::string_view(e.what()).substr(0, 12));
  }
  try {
    weir::store("nowhere/weir.db");
  } catch (const weir::error& e) {
    fmt::print("error: {}\n", static_cast<int>(e.code()));
  }
  const auto lost = weir::flow("lost", [](int n) -> int { throw std::out_of_range(std::to_string(n)); });
  const auto run = lost.on(rt).as({.run_name = "a lost one"}).run(7);
  fmt::print("{}: {} {} {}\n", run.name(), run.state().type, run.failure().type, run.failure().message);
}

}  // namespace

void shop::show_record(const weir::store& store) {
  const auto runs = store.flow_runs({.flow = "sell"});
  fmt::print("{}: {}\n", runs.at(0).name, runs.at(0).parameters);
  print_tree(store.run_tree(runs.at(0).id));
  for (const auto& line : store.logs({.min_level = weir::log::level::info, .contains = " x "}))
    fmt::print("{} {}: {}\n", line.level, line.run_name, line.message);
  fmt::print("{} flow runs, {} of them inside\n", store.count_flow_runs(),
             store.count_flow_runs({.states = {weir::state_type::completed}, .parent = runs.at(0).id}));
}

int main() {
  weir::runtime rt({.store = "shop.db", .console = false});
  {
    weir::runtime_scope scope(rt);
    weir::tags tags("spring");
    const weir::task_of<double(const order&)> same = price;
    fmt::print("sum {}\n", sell({{.item = "fish", .count = 2}}, "s3cret", "Ada") + same({.item = "tea", .count = 4}));
  }
  show_errors(rt);
  shop::show_record(rt.store());
  shop::show_virtual_time();
  const std::vector<order> two{{.item = "tea", .count = 2}, {.item = "milk", .count = 1}};
  fmt::print("bare {}, unrecorded {}\n", pack.fn(two), pack.with({.retries = 1}).on(weir::runtime::null())(two));
  return d + s;
}
