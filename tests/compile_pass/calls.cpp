// with, on and as before a call, in every order that says something; outcomes; scopes.

#include <weir/weir.hpp>

const auto step = weir::task(
    "step", [](int a) { return a; }, weir::arg("a") = 1);
const auto run = weir::flow(
    "run", [](int a) { return a; }, weir::arg("a") = 1);
const auto quiet = weir::flow("quiet", [] {});

int prepared(weir::runtime& rt) {
  int sum = step.with({.retries = 1}).on(rt).as({.run_name = "x"})(1) + step.on(rt).as({.tags = {"a"}})() +
            step.as({.tags = {{"a", "b"}}}).on(rt)(2) + step.with({}).as({})();
  const auto again = run.on(rt);  // can be kept while rt lives
  sum += again() + again(2) + again.run().result_or(0);
  const auto tuned = run.with({.retries = 2}).with({.tags = {"a"}});
  return sum + tuned.on(rt).as({.run_name = "y"}).run(3).result() + tuned(3) + static_cast<int>(step.name().size());
}

std::string outcomes() {
  const weir::outcome<void> nothing = quiet.run();
  nothing.result();
  if (const auto o = run.run(3); !o) return o.failure().message + o.state().name + o.name() + to_string(o.id());
  const weir::outcome<int> copied = run.run();
  return std::to_string(copied.result_or(0));
}

void scopes(weir::runtime& rt) {
  const weir::tags outer("nightly", std::string("taxi"));
  const weir::runtime_scope scope(rt);
  const weir::runtime_scope inner{weir::runtime::null()};
  quiet();
}

void runtimes() {
  weir::runtime a({.store = "x.db"});
  weir::runtime b{{.store = "x.db", .console = false}};
  weir::runtime c({});
  quiet.on(a)();
}
