// What only a run can find out about a definition or a call: a usage_error at the first use, before the body, each time,
// that names what was defined and where.

#include "support/catch2.hpp"
#include "support/runtime.hpp"

#include <limits>

using namespace std::chrono_literals;
using weir_test::virtual_runtime;

namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

struct without_codec {
  int fd = 3;
};

/// Calls tasks and flows that must not run, and keeps what each of them is refused with.
struct refused : virtual_runtime {
  bool ran = false;

  std::string task(weir::task_options options) {
    return message([&] { weir::task("careless", options, [this] { ran = true; }).on(runtime)(); });
  }
  std::string named(const std::string& name) {
    const auto t = weir::task(name, [this] { ran = true; });
    const auto f = weir::flow(name, [this] { ran = true; });
    const auto said = message([&] { t.on(runtime)(); });
    const auto of_flow = message([&] { f.on(runtime)(); });
    CHECK(of_flow.substr(of_flow.find(") ")) == said.substr(said.find(") ")));
    return said;
  }

  template <class F>
  std::string message(F&& f) {
    std::string said = "no usage_error";
    for (int twice = 0; twice < 2; ++twice) try {
        f();
        said = "no usage_error";
      } catch (const weir::usage_error& e) {
        said = e.what();
        CHECK_THAT(said, ContainsSubstring("bad_input_test.cpp:"));
      }
    CHECK_FALSE(ran);
    CHECK(store().count_task_runs() + store().count_flow_runs() == 0);
    return said;
  }
};

}  // namespace

TEST_CASE("numbers that are no numbers are refused", "[authoring]") {
  refused r;
  CHECK_THAT(r.task({.retry_jitter = no_number}),
             ContainsSubstring("task \"careless\"") && ContainsSubstring("retry_jitter = nan"));
  CHECK_THAT(r.task({.retry_jitter = infinity}), ContainsSubstring("retry_jitter = inf"));
  CHECK_THAT(r.task({.retry_delay = no_number * 1s}), ContainsSubstring("retry_delay is not a number"));
  CHECK_THAT(r.task({.retry_delay = {1s, no_number * 1s}}), ContainsSubstring("retry_delay is not a number"));
  CHECK_THAT(r.task({.retry_delay = -1e300 * 1s}), ContainsSubstring("retry_delay is not a number"));
  for (const double factor : {no_number, infinity, 0.0, -2.0})
    CHECK_THAT(r.task({.retry_delay = weir::exponential_backoff(1s, {.factor = factor})}),
               ContainsSubstring("give 1 or more"));
  CHECK_THAT(r.task({.retry_delay = weir::exponential_backoff(1s, {.max = -1s})}),
             ContainsSubstring("max -1 s is negative"));
}

TEST_CASE("names that a terminal, JSON or an address would stumble over are refused, and shown on one line",
          "[authoring]") {
  refused r;
  CHECK_THAT(r.named("a\nb"),
             ContainsSubstring(" \"a\\x0ab\"") && ContainsSubstring("a control character in its name"));
  CHECK_THAT(r.named("\x1b[31mred"), ContainsSubstring("\\x1b[31mred"));
  CHECK_THAT(r.named(std::string("a\0b", 3)), ContainsSubstring("a\\x00b"));
  CHECK_THAT(r.named("gr\xf6\xdf"
                     "e"),
             ContainsSubstring("gr\\xf6\\xdfe") && ContainsSubstring("not UTF-8 in its name"));
  const auto huge = r.named(std::string(10'000'000, 'x'));
  CHECK_THAT(huge, ContainsSubstring("10000000 bytes; at most 200"));
  CHECK(huge.size() < 500);
  CHECK_THAT(r.task({.run_name = "a\nb"}), ContainsSubstring("a control character in its run_name"));
  CHECK_THAT(r.task({.run_name = "\xff"}), ContainsSubstring("not UTF-8 in its run_name"));

  const auto fine = weir::task("größe \"名前\"", [] { return 1; });
  CHECK(fine.on(r.runtime)() == 1);
  CHECK(r.only("größe \"名前\"").name == "größe \"名前\"-0");
}

TEST_CASE("tags of a definition, a call and a scope are held to the same", "[authoring]") {
  refused r;
  const auto t = weir::task("t", [&] { r.ran = true; });
  const std::string longest(200, 'x');
  for (const std::string& bad : {std::string(), std::string("a\tb"), std::string("\xff"), longest + "x"}) {
    CAPTURE(bad);
    CHECK_THAT(r.task({.tags = {"fine", bad}}), ContainsSubstring("tag"));
    CHECK_THAT(r.message([&] { t.as({.tags = {bad}}).on(r.runtime)(); }), ContainsSubstring("as() has a"));
    CHECK_THROWS_AS(weir::tags("fine", bad), weir::usage_error);
  }
  t.as({.tags = {longest}}).on(r.runtime)();
  CHECK(r.only("t").tags == std::vector{longest});
}

TEST_CASE("a run that is named by its call has a name that people can read", "[authoring]") {
  refused r;
  const auto t = weir::task("t", [&] { r.ran = true; });
  const auto f = weir::flow("f", [&] { r.ran = true; });
  for (const std::string& bad : {std::string(), std::string("a\nb"), std::string("\xff"), std::string(201, 'x')}) {
    CHECK_THAT(r.message([&] { t.as({.run_name = bad}).on(r.runtime)(); }),
               ContainsSubstring("run_name given with as()"));
    CHECK_THAT(r.message([&] { f.as({.run_name = bad}).on(r.runtime)(); }), ContainsSubstring("flow \"f\""));
  }
}

TEST_CASE("a final state is named so that people can read it", "[engine]") {
  virtual_runtime t;
  for (const std::string& bad : {std::string(), std::string("a\nb"), std::string("\xff"), std::string(201, 'x')})
    CHECK_THROWS_AS(weir::task("t", [&] { weir::this_run::finish_as(bad); }).on(t.runtime)(), weir::usage_error);
  weir::task("named", [] { weir::this_run::finish_as("Übersprungen", "no new files\nat all"); }).on(t.runtime)();
  CHECK(t.only("named").state.name == "Übersprungen");
}

TEST_CASE("what needs the value of a type without codec is refused, by name", "[authoring]") {
  refused r;
  const auto caches = weir::task(
      "caches", {.cache = weir::cache::inputs()}, [&](const without_codec&) { return r.ran = true; }, weir::arg("c"));
  CHECK_THAT(r.message([&] { caches.on(r.runtime)({}); }),
             ContainsSubstring("without_codec of parameter \"c\" has no codec"));
  const auto keeps = weir::task("keeps", {.persist_result = true}, [&] {
    r.ran = true;
    return without_codec();
  });
  CHECK_THAT(r.message([&] { keeps.on(r.runtime)(); }),
             ContainsSubstring("without_codec has no codec") && ContainsSubstring("persist_result"));
}

TEST_CASE("a move-only argument has one attempt", "[authoring]") {
  refused r;
  const auto body = [&](std::unique_ptr<int>, int) { r.ran = true; };
  const auto t = weir::task("t", {.retries = 1}, body, weir::arg("p"), weir::arg("n") = 1);
  CHECK_THAT(r.message([&] { t.on(r.runtime)(nullptr); }), ContainsSubstring("\"p\" takes a move-only value"));
  const auto f = weir::flow("f", {.retries = 2}, body);
  CHECK_THAT(r.message([&] { (void)f.on(r.runtime).run(nullptr, 1); }),
             ContainsSubstring("flow \"f\"") && ContainsSubstring("\"arg0\" takes a move-only value"));
  t.with({.retries = 0}).on(r.runtime)(nullptr);
  CHECK(r.ran);
}

TEST_CASE("a wrong definition is refused in every runtime, and however it came about", "[authoring]") {
  refused r;
  const auto good = weir::task("good", [&] { r.ran = true; });
  const auto bad = good.with({.retries = -1});
  CHECK_THAT(r.message([&] { bad.on(weir::runtime::null())(); }), ContainsSubstring("task \"good\""));
  const weir::task_of<void()> kept = bad;
  CHECK_THAT(r.message([&] { kept.on(r.runtime)(); }), ContainsSubstring("retries = -1"));
  const auto f = weir::flow("f", {.retries = -1}, [&] { r.ran = true; });
  CHECK_THAT(r.message([&] { (void)f.on(r.runtime).run(); }), ContainsSubstring("flow \"f\""));
  bad.with({.retries = 0}).on(r.runtime)();
  CHECK(r.ran);
}

TEST_CASE("the largest numbers mean without end", "[engine][retry]") {
  virtual_runtime t;
  int calls = 0;
  const auto forever = weir::task(
      "forever", {.retries = std::numeric_limits<int>::max(), .retry_delay = std::chrono::hours::max()}, [&] {
        if (++calls < 3) throw std::runtime_error("not yet");
      });
  forever.on(t.runtime)();
  CHECK(calls == 3);
  CHECK(t.clock->elapsed() == 200 * std::chrono::hours(24) * 365.25);
}
