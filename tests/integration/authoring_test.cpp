#include "support/catch2.hpp"
#include "support/runtime.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <stdexcept>

using namespace std::chrono_literals;
using weir_test::virtual_runtime;

namespace {

int twice(int x) noexcept { return 2 * x; }
struct overloaded {
  int operator()(int a) const { return a; }
  double operator()(double a) const { return a; }
};
struct shape {
  virtual ~shape() = default;
  virtual double area() const = 0;
};
struct square final : shape {
  double area() const override { return 4; }
};
struct config {
  int steps = 1;
  double dt = 0.1;
};
struct without_codec {
  int fd = 3;
};

struct broken_range {
  using value_type = int;
  const int* begin() const { throw std::runtime_error("no begin"); }
  const int* end() const { return nullptr; }
};

template <class F>
std::string usage(F&& f) {
  try {
    f();
  } catch (const weir::usage_error& e) {
    return e.what();
  }
  return "no usage_error";
}

}  // namespace

TEST_CASE("any callable can be a body", "[authoring]") {
  virtual_runtime t;
  weir::runtime_scope scope(t.runtime);
  CHECK(weir::task("f", twice)(2) == 4);
  CHECK(weir::task("f", &twice)(2) == 4);
  CHECK(weir::task("f", std::function<int(int)>(twice))(2) == 4);
  CHECK(weir::task("f", [p = std::make_unique<int>(3)](int a) { return a + *p; })(2) == 5);
  CHECK(weir::task<int(int)>("f", [](auto n) { return n + 1; })(2) == 3);
  CHECK(weir::task<double(double)>("f", overloaded{})(1.5) == 1.5);
  CHECK(weir::task<int(int)>("f", std::bind_front([](int a, int b) { return a - b; }, 10), weir::arg("b") = 3)() == 7);
  CHECK(t.store().count_task_runs() == 7);
}

TEST_CASE("arguments are bound by reference and copied no more than the body needs", "[authoring]") {
  virtual_runtime t;
  weir::runtime_scope scope(t.runtime);
  struct counted {
    counted() = default;
    counted(const counted& o) : copies(o.copies) { ++*copies; }
    counted(counted&&) = default;
    std::shared_ptr<int> copies = std::make_shared<int>(0);
  };
  counted c;
  weir::task("by reference", [](const counted&) {})(c);
  CHECK(*c.copies == 0);
  weir::task("by value", [](counted) {})(c);
  CHECK(*c.copies == 1);
  weir::task("changes it", [](counted& x) { x.copies = nullptr; })(c);
  CHECK(c.copies == nullptr);
  CHECK(weir::task("abstract", [](const shape& s) { return s.area(); })(square{}) == 4);
  CHECK(*weir::task("move-only", [](std::unique_ptr<int> p) { return p; })(std::make_unique<int>(5)) == 5);
}

TEST_CASE("arguments that are left out take their defaults, and the record shows them", "[authoring]") {
  virtual_runtime t;
  const auto task = weir::task(
      "defaults",
      [](const std::string& s, std::vector<std::string> v, std::map<std::string, int> m, std::optional<int> o, double d,
         std::filesystem::path p) {
        return s.size() + v.size() + m.size() + (o ? 1u : 0u) + static_cast<std::size_t>(d) + p.string().size();
      },
      weir::arg("s") = "literal", weir::arg("v") = {"a", "b"}, weir::arg("m") = std::map<std::string, int>{{"a", 1}},
      weir::arg("o") = std::nullopt, weir::arg("d") = 1, weir::arg("p") = "/tmp");
  CHECK(task.on(t.runtime)() == 15);
  CHECK(task.on(t.runtime)("q", {"x"}) == 8);
  const auto runs = t.store().task_runs();
  CHECK(runs.at(0).parameters == R"({"s":"literal","v":["a","b"],"m":{"a":1},"o":null,"d":1,"p":"/tmp"})");
  CHECK(runs.at(1).parameters == R"({"s":"q","v":["x"],"m":{"a":1},"o":null,"d":1,"p":"/tmp"})");
}

TEST_CASE("braces and designated initialisers work at the call", "[authoring]") {
  virtual_runtime t;
  weir::runtime_scope scope(t.runtime);
  const auto simulate = weir::flow(
      "simulate", [](const config& c) { return c.steps; }, weir::arg("c") = config{});
  CHECK(simulate({.steps = 3}) == 3);
  CHECK(simulate() == 1);
  CHECK(simulate.run({.steps = 4, .dt = 2}).result() == 4);
  CHECK(simulate.fn({.steps = 5}) == 5);
  CHECK(simulate.fn() == 1);
}

TEST_CASE("parameters without names are recorded as arg0, arg1, and types without codec by their name", "[authoring]") {
  virtual_runtime t;
  weir::task("nameless", [](int, without_codec, const std::vector<without_codec>&) {}).on(t.runtime)(1, {}, {{}, {}});
  CHECK_THAT(t.only("nameless").parameters, ContainsSubstring(R"("arg0":1)"));
  CHECK_THAT(t.only("nameless").parameters, ContainsSubstring("without_codec\"}"));
  CHECK_THAT(t.only("nameless").parameters, ContainsSubstring("\"$size\":2}"));
}

TEST_CASE("with() changes what it is given and keeps the rest and the name", "[authoring]") {
  virtual_runtime t;
  int calls = 0;
  const auto task = weir::task("original", {.retries = 2, .tags = {"a"}}, [&] {
    ++calls;
    throw 1;
  });
  CHECK_THROWS(task.with({.retries = 0}).on(t.runtime)());
  CHECK(calls == 1);
  CHECK_THROWS(task.with({.tags = {"b", "c"}}).on(t.runtime)());
  CHECK(calls == 4);
  const auto runs = t.store().task_runs({.task = "original"});
  CHECK(runs.at(0).tags == std::vector<std::string>{"a"});
  CHECK(runs.at(1).tags == std::vector<std::string>{"b", "c"});
  CHECK(runs.at(1).name == "original-1");
}

TEST_CASE("as() gives one run its name and tags; fn() makes no run", "[authoring]") {
  virtual_runtime t;
  const auto add = weir::task("add", [](int a, int b) { return a + b; });
  CHECK(add.fn(1, 2) == 3);
  CHECK(t.store().count_task_runs() == 0);
  CHECK(add.as({.run_name = "the sum", .tags = {"x"}}).on(t.runtime)(1, 2) == 3);
  CHECK(add.on(t.runtime).as({.tags = {"y"}})(1, 2) == 3);
  CHECK(t.store().task_runs({.name = "the sum"}).at(0).tags == std::vector<std::string>{"x"});
  CHECK(t.store().task_runs({.tags = {"y"}}).at(0).name == "add-1");
}

TEST_CASE("run names are templates over the parameters", "[authoring]") {
  virtual_runtime t;
  const auto train = weir::task(
      "train", {.run_name = "train {month} {{{n}}}"}, [](const std::string&, int) {}, weir::arg("month"),
      weir::arg("n") = 2);
  train.on(t.runtime)("2021-01");
  CHECK(t.only("train").name == "train 2021-01 {2}");
}

TEST_CASE("a task of a written-down type calls any task with that signature", "[authoring]") {
  virtual_runtime t;
  weir::runtime_scope scope(t.runtime);
  const auto a = weir::task("a", [](int x) { return x + 1; });
  const auto b = weir::task(
      "b", [](int x) { return x * 2; }, weir::arg("x"));
  const std::vector<weir::task_of<int(int)>> steps{a, b};
  int x = 3;
  for (const auto& s : steps) x = s(x);
  CHECK(x == 8);
  CHECK(t.only("b").parameters == R"({"x":4})");
}

TEST_CASE("a secret never reaches the record or the run's name", "[authoring]") {
  virtual_runtime t;
  const auto login = weir::task(
      "login", {.run_name = "login {token}"}, [](const std::string& token) { return token.size(); },
      weir::arg("token").secret());
  CHECK(login.on(t.runtime)("hunter2") == 7);
  CHECK(t.only("login").parameters == R"({"token":"***"})");
  CHECK(t.only("login").name == "login ***");
}

TEST_CASE("a large argument is recorded as its type and size", "[authoring]") {
  virtual_runtime t;
  weir::task(
      "large", [](const std::vector<int>&, const std::string&, int) {}, weir::arg("v"), weir::arg("s"), weir::arg("i"))
      .on(t.runtime)(std::vector<int>(100'000, 1), std::string(1'000'000, 'x'), 7);
  const auto parameters = t.only("large").parameters;
  CHECK(parameters.size() < 1000);
  CHECK_THAT(parameters, ContainsSubstring("\"$size\":100000"));
  CHECK_THAT(parameters, ContainsSubstring(R"("s":{"$type":"std::string","$size":1000000})"));
  CHECK_THAT(parameters, ContainsSubstring("\"i\":7"));
}

TEST_CASE("parameters stay a JSON object, wherever the budget ends", "[authoring]") {
  const auto task = weir::task(
      "t", [](const std::string&, int, const std::string&, int) {}, weir::arg("text"), weir::arg("number"),
      weir::arg("token").secret(), weir::arg("last"));
  for (std::size_t budget = 0; budget < 100; ++budget) {
    CAPTURE(budget);
    virtual_runtime t({.parameter_budget = budget});
    task.on(t.runtime)("0123456789", 7, "hunter2", 8);
    const auto parameters = t.only("t").parameters;
    CAPTURE(parameters);
    const weir::json_document parsed(parameters);
    CHECK(parsed.root().size() == 4);
    CHECK_THAT(parameters, !ContainsSubstring("hunter2"));
  }
}

TEST_CASE("a wrong definition is a usage_error at its first use, before the body runs, that says what and where",
          "[authoring]") {
  virtual_runtime t;
  weir::runtime_scope scope(t.runtime);
  bool ran = false;
  const auto body = [&] { ran = true; };
  const auto negative = weir::task("negative", {.retries = -1}, body);
  CHECK_THAT(usage([&] { negative(); }), ContainsSubstring("task \"negative\"") &&
                                             ContainsSubstring("authoring_test.cpp:") &&
                                             ContainsSubstring("retries = -1"));
  CHECK_THAT(usage([&] { negative(); }), ContainsSubstring("retries = -1"));  // each time
  CHECK_THAT(usage([&] { weir::task("d", {.retry_delay = -1s}, body)(); }),
             ContainsSubstring("retry_delay -1 s is negative"));
  CHECK_THAT(usage([&] {
               weir::task("d", {.retry_delay = {1s, -2s}}, body)();
             }),
             ContainsSubstring("retry_delay -2 s"));
  CHECK_THAT(usage([&] { weir::task("d", {.retry_delay = weir::exponential_backoff(1s, {.factor = 0.5})}, body)(); }),
             ContainsSubstring("factor 0.5 is below 1"));
  CHECK_THAT(usage([&] { weir::task("d", {.retry_jitter = -0.1}, body)(); }), ContainsSubstring("retry_jitter = -0.1"));
  CHECK_THAT(usage([&] { weir::task("a\nb", body)(); }), ContainsSubstring("control character"));
  CHECK_THAT(usage([&] { weir::task("", body)(); }), ContainsSubstring("has no name"));
  CHECK_THAT(usage([&] { weir::task(std::string(300, 'x'), body)(); }), ContainsSubstring("300 bytes"));
  CHECK_THAT(usage([&] { weir::flow("a/b", body)(); }), ContainsSubstring("must not contain"));
  CHECK_THAT(usage([&] { weir::task("t", {.tags = {""}}, body)(); }), ContainsSubstring("empty tag"));
  CHECK_THAT(usage([&] {
               weir::task(
                   "r", {.run_name = "x {heigth}"}, [&](int) { ran = true; }, weir::arg("height"))(1);
             }),
             ContainsSubstring("did you mean {height}?"));
  CHECK_THAT(usage([&] { weir::task("r", {.run_name = "x {"}, body)(); }), ContainsSubstring("{ without its }"));
  CHECK_THAT(usage([&] {
               weir::task(
                   "two", [&](int, int) { ran = true; }, weir::arg("a"), weir::arg("a"))(1, 2);
             }),
             ContainsSubstring("two parameters \"a\""));
  CHECK_THAT(usage([&] {
               weir::task(
                   "m", {.retries = 1}, [&](std::unique_ptr<int>) { ran = true; }, weir::arg("p"))(nullptr);
             }),
             ContainsSubstring("\"p\" takes a move-only value"));
  CHECK_FALSE(ran);
  CHECK(t.store().count_task_runs() == 0);
}

TEST_CASE("a codec that throws does not stop the body", "[authoring]") {
  virtual_runtime t;
  CHECK(weir::task("odd", [](const broken_range&) { return 1; }).on(t.runtime)({}) == 1);
  CHECK_THAT(t.only("odd").parameters, ContainsSubstring("no begin"));
}
