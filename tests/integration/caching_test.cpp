#include "support/catch2.hpp"
#include "support/files.hpp"
#include "support/runtime.hpp"

#include <latch>
#include <set>
#include <stdexcept>
#include <thread>

using namespace std::chrono_literals;
namespace cache = weir::cache;
using weir_test::names;
using weir_test::temporary_folder;
using weir_test::virtual_runtime;

namespace {

struct without_codec {};

template <class F>
std::string usage(F&& f) {
  try {
    f();
  } catch (const weir::usage_error& e) {
    return e.what();
  }
  return "no usage_error";
}

/// A task that counts its calls.
struct counted {
  std::shared_ptr<int> calls = std::make_shared<int>(0);
  auto operator()(weir::task_options options, const char* name = "square") const {
    return weir::task(
        name, std::move(options), [n = calls](int x, const std::string&) { return ++*n, x * x; }, weir::arg("x"),
        weir::arg("note") = "");
  }
};

}  // namespace

TEST_CASE("without a policy the body runs every time", "[cache]") {
  virtual_runtime t;
  counted c;
  const auto square = c({});
  square.on(t.runtime)(2);
  square.on(t.runtime)(2);
  CHECK(*c.calls == 2);
}

TEST_CASE("a second call with the same key is Cached, gives the same value and runs no body", "[cache]") {
  virtual_runtime t;
  counted c;
  const auto square = c({.cache = cache::inputs()});
  weir::flow("f", [&] {
    CHECK(square(3) == 9);
    CHECK(square(3) == 9);
  }).on(t.runtime)();
  CHECK(square.on(t.runtime)(3) == 9);  // across runs
  CHECK(square.on(t.runtime)(4) == 16);
  CHECK(*c.calls == 2);
  const auto runs = t.store().task_runs({.task = "square"});
  CHECK(names(runs.at(0).history) == "Pending, Running, Completed");
  CHECK(names(runs.at(1).history) == "Pending, Cached");
  CHECK(runs.at(1).state.is_completed());
  CHECK(runs.at(1).attempts == 0);
  CHECK(t.store().result<int>(runs.at(1).id) == 9);
}

TEST_CASE("entries survive the process, also when it is killed after the flow returned", "[cache][fault]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  const auto square = counted()({.cache = cache::inputs()});
  const auto status = weir_test::wait_for(weir_test::start_child([&] {
    weir::runtime rt({.store = path, .console = false});
    weir::flow("f", [&] { square(5); }).on(rt)();
    ::raise(SIGKILL);
  }));
  REQUIRE(weir_test::died_of(status, SIGKILL));
  counted c;
  weir::runtime rt({.store = path, .console = false});
  CHECK(c({.cache = cache::inputs()}).on(rt)(5) == 25);
  CHECK(*c.calls == 0);
}

TEST_CASE("what is part of the policy changes the key, and nothing else does", "[cache]") {
  virtual_runtime t;
  counted c;
  int expected = 0;
  const auto runs = [&](const auto& task, int x, const std::string& note) {
    task.on(t.runtime)(x, note);
    ++expected;
    const bool ran = *c.calls == expected;
    expected = *c.calls;
    return ran;
  };
  const auto inputs = c({.cache = cache::inputs()});
  CHECK(runs(inputs, 1, "a"));
  CHECK_FALSE(runs(inputs, 1, "a"));
  CHECK(runs(inputs, 1, "b"));
  CHECK(runs(inputs.with({.version = "2"}), 1, "a"));           // the version counts
  CHECK(runs(c({.cache = cache::inputs()}, "other"), 1, "a"));  // and the task's name

  const auto without = c({.cache = cache::inputs().without("note")});
  CHECK(runs(without, 7, "a"));
  CHECK_FALSE(runs(without, 7, "b"));
  CHECK(runs(without, 8, "a"));

  const auto version = c({.cache = cache::version()}, "by version");
  CHECK(runs(version, 1, "a"));
  CHECK_FALSE(runs(version, 2, "b"));

  const auto a_b = c({.cache = cache::version() + cache::key("k")}, "both");
  const auto b_a = c({.cache = cache::key("k") + cache::version()}, "both");
  CHECK(runs(a_b, 1, "a"));
  CHECK_FALSE(runs(b_a, 1, "a"));  // the order does not matter
  CHECK(runs(c({.cache = cache::version() + cache::key("l")}, "both"), 1, "a"));

  const auto by = c({.cache = cache::by([](int x, const std::string&) { return x % 2; })});
  CHECK(runs(by, 1, "a"));
  CHECK_FALSE(runs(by, 3, "b"));
  CHECK(runs(by, 2, "a"));
  CHECK_FALSE(runs(c({.cache = cache::by([] { return 1; })}, "any task"), 9, "z"));  // a key of all tasks
}

TEST_CASE("a policy by flow parameters or run is of the run around it, and outside a flow there is none", "[cache]") {
  virtual_runtime t;
  int calls = 0;
  const auto by_parameters =
      weir::task("p", {.cache = cache::version() + cache::flow_parameters()}, [&] { return ++calls; });
  const auto by_run = weir::task("r", {.cache = cache::version() + cache::run_id()}, [&] { return ++calls; });
  const auto flow = weir::flow(
      "f", [&](const std::string&, bool run) { return run ? by_run() + 0 * by_run() : by_parameters(); },
      weir::arg("text"), weir::arg("run") = false);
  const std::string longer(100'000, 'x');  // more than is recorded: still all of it counts
  CHECK(flow.on(t.runtime)("a") == 1);
  CHECK(flow.on(t.runtime)("a") == 1);
  CHECK(flow.on(t.runtime)("b") == 2);
  CHECK(flow.on(t.runtime)(longer) == 3);
  CHECK(flow.on(t.runtime)(longer) == 3);
  CHECK(flow.on(t.runtime)(longer + "y") == 4);
  calls = 0;
  CHECK(flow.on(t.runtime)("a", true) == 1);  // twice in one run
  CHECK(flow.on(t.runtime)("a", true) == 2);
  calls = 0;
  by_run.on(t.runtime)();
  by_run.on(t.runtime)();
  CHECK(calls == 2);
  CHECK(t.store().logs({.contains = "outside a flow"}).size() == 1);
}

TEST_CASE("an entry is used until it expires, and for ever without an expiration", "[cache]") {
  virtual_runtime t;
  counted c;
  const auto hour = c({.cache = cache::inputs(), .cache_expiration = 1h});
  hour.on(t.runtime)(1);
  t.clock->advance(59min);
  hour.on(t.runtime)(1);
  CHECK(*c.calls == 1);
  t.clock->advance(2min);
  hour.on(t.runtime)(1);
  CHECK(*c.calls == 2);
  t.clock->advance(30min);
  hour.on(t.runtime)(1);  // the new entry counts from when it was made
  CHECK(*c.calls == 2);
  const auto forever = c({.cache = cache::inputs()}, "forever");
  forever.on(t.runtime)(1);
  t.clock->advance(24h * 365 * 100);
  forever.on(t.runtime)(1);
  CHECK(*c.calls == 3);
}

TEST_CASE("refresh does not look but keeps; the task's option wins over the runtime's", "[cache]") {
  temporary_folder folder;
  counted c;
  const auto plain = c({.cache = cache::inputs()});
  const auto refreshing = plain.with({.refresh_cache = true});
  const auto never = plain.with({.refresh_cache = false});
  {
    weir::runtime rt({.store = folder / "weir.db", .console = false});
    plain.on(rt)(1);
    refreshing.on(rt)(1);
    CHECK(*c.calls == 2);
    plain.on(rt)(1);
    CHECK(*c.calls == 2);
  }
  weir::runtime rt({.store = folder / "weir.db", .console = false, .refresh_cache = true});
  plain.on(rt)(1);
  CHECK(*c.calls == 3);
  never.on(rt)(1);
  CHECK(*c.calls == 3);
}

TEST_CASE("a run that fails leaves no entry and spoils none", "[cache]") {
  virtual_runtime t;
  int calls = 0;
  bool good = false;
  const auto task = weir::task("t", {.cache = cache::inputs()}, [&](int x) {
    ++calls;
    if (!good) throw std::runtime_error("no");
    return x;
  });
  CHECK_THROWS(task.on(t.runtime)(1));
  CHECK(t.store().cache_entries().empty());
  CHECK(t.store().cache_entries({.failed = true}).size() == 1);  // what its key was made of, for explanations
  good = true;
  CHECK(task.on(t.runtime)(1) == 1);
  good = false;
  CHECK(task.on(t.runtime)(1) == 1);
  CHECK(calls == 2);
  CHECK_THROWS(task.with({.refresh_cache = true}).on(t.runtime)(1));
  CHECK(task.on(t.runtime)(1) == 1);
}

TEST_CASE("a cache that cannot work is a usage_error at the first use, before the body", "[cache]") {
  virtual_runtime t;
  weir::runtime_scope scope(t.runtime);
  counted c;
  CHECK_THAT(usage([&] { c({.cache = cache::inputs(), .persist_result = false})(1); }),
             ContainsSubstring("leave one of them out"));
  CHECK_THAT(usage([&] { c({.cache_expiration = 1h})(1); }), ContainsSubstring("no `cache`"));
  CHECK_THAT(usage([&] { c({.cache = cache::inputs(), .cache_expiration = -1s})(1); }),
             ContainsSubstring("more than 0"));
  CHECK_THAT(usage([&] { c({.cache = cache::inputs().without("nota")})(1); }),
             ContainsSubstring("did you mean \"note\"?"));
  CHECK_THAT(usage([&] { c({.cache = cache::by([](double, std::string) { return 1; })})(1); }),
             ContainsSubstring("(double, ") && ContainsSubstring("its own parameters are (int, "));
  bool ran = false;
  const auto result = weir::task("r", {.cache = cache::inputs()}, [&] { return ran = true, without_codec{}; });
  CHECK_THAT(usage([&] { result(); }), ContainsSubstring("without_codec") && ContainsSubstring("do without cache"));
  const auto input = weir::task(
      "i", {.cache = cache::inputs()}, [&](without_codec, int) { return ran = true; }, weir::arg("odd"),
      weir::arg("x"));
  CHECK_THAT(usage([&] { input({}, 1); }),
             ContainsSubstring("parameter \"odd\"") && ContainsSubstring(".without(\"odd\")"));
  CHECK_FALSE(ran);
  CHECK_NOTHROW(input.with({.cache = cache::inputs().without("odd")})({}, 1));
}

TEST_CASE("a key function that throws or gives nothing leaves its call uncached, and says so once", "[cache]") {
  virtual_runtime t;
  int calls = 0;
  const auto task = weir::task(
      "t", {.cache = cache::by([](const int& x) -> std::optional<std::string> {
              if (x == 0) return std::nullopt;
              if (x < 0) throw std::runtime_error("no key");
              return weir::this_run::name();  // the run is known
            })},
      [&](int x) { return ++calls, x; }, weir::arg("x"));
  for (int x : {0, 0, -1, -1, -1}) task.on(t.runtime)(x);
  CHECK(calls == 5);
  CHECK(t.store().logs({.contains = "no key"}).size() == 1);
  CHECK(t.store().cache_entries().empty());
  task.on(t.runtime)(1);
  CHECK(t.store().cache_entries().at(0).parts == R"({"function":"t-5"})");
}

TEST_CASE("of calls with one key at the same time only one runs the body, where that is asked for",
          "[cache][threads]") {
  temporary_folder folder;
  weir::runtime rt({.store = folder / "weir.db", .console = false});
  std::atomic<int> calls{0};
  constexpr int threads = 8;
  std::latch there(threads);
  const auto task = weir::task("t", {.cache = cache::inputs(), .cache_single = true}, [&](int x) {
    ++calls;
    std::this_thread::yield();
    return x * 2;
  });
  std::vector<int> results(threads);
  std::vector<std::thread> pool;
  for (int i = 0; i < threads; ++i)
    pool.emplace_back([&, i] {
      there.arrive_and_wait();
      for (int k = 0; k < 50; ++k) results[static_cast<std::size_t>(i)] += task.on(rt)(k);
    });
  for (auto& p : pool) p.join();
  CHECK(calls == 50);
  for (const int r : results) CHECK(r == 50 * 49);
}

TEST_CASE("who waits for a key whose computation fails computes it, and nobody waits for himself", "[cache][threads]") {
  virtual_runtime t;
  std::atomic<int> calls{0};
  std::latch inside(1);
  const auto task = weir::task("t", {.cache = cache::inputs(), .cache_single = true}, [&](int x) {
    if (++calls == 1) {
      inside.count_down();
      throw std::runtime_error("first");
    }
    return x;
  });
  int second = 0;
  std::thread other([&] {
    inside.wait();
    second = task.on(t.runtime)(1);
  });
  CHECK_THROWS(task.on(t.runtime)(1));
  other.join();
  CHECK(second == 1);
  CHECK(calls == 2);

  weir::task_of<int(int)>* self = nullptr;
  const weir::task_of<int(int)> recursive = weir::task<int(int)>(
      "recursive", {.cache = cache::key("one"), .cache_single = true},
      [&](int n) { return n == 0 ? 1 : (*self)(n - 1) + 1; }, weir::arg("n"));
  auto copy = recursive;
  self = &copy;
  CHECK(recursive.on(t.runtime)(3) == 4);
}

TEST_CASE("a cached value that does not parse any more is computed again, with a word about it", "[cache]") {
  virtual_runtime t;
  const auto text = weir::task("t", {.cache = cache::key("k")}, [] { return std::string("text"); });
  const auto number = weir::task("t", {.cache = cache::key("k")}, [] { return 5; });
  text.on(t.runtime)();
  CHECK(number.on(t.runtime)() == 5);
  CHECK(number.on(t.runtime)() == 5);
  CHECK(t.store().task_runs({.task = "t"}).at(1).state.name == "Completed");
  CHECK(t.store().task_runs({.task = "t"}).at(2).state.name == "Cached");
  CHECK(t.store().logs({.contains = "cannot be used"}).size() == 1);
}

TEST_CASE("the type of a result is no part of its key", "[cache]") {
  virtual_runtime t;
  int ran = 0;
  const weir::task_options cached{.cache = weir::cache::version()};
  CHECK(weir::task("t", cached, [&] { return ++ran; }).on(t.runtime)() == 1);
  CHECK(weir::task("t", cached, [&] { return 0.5 + ++ran; }).on(t.runtime)() == 1.0);  // reads what is there
  CHECK(weir::task("t", cached, [&] { return std::to_string(++ran); }).on(t.runtime)() == "2");
}

TEST_CASE("an explanation says hit or miss, and which part changed since the nearest earlier entry",
          "[cache][explain]") {
  virtual_runtime t;
  const auto train = weir::task(
      "train", {.cache = cache::inputs(), .version = "1"},
      [](const std::string&, int rounds, const std::string&) { return rounds; }, weir::arg("month"),
      weir::arg("rounds"), weir::arg("token").secret());
  const auto why = [&] {
    const auto runs = t.store().task_runs({.task = "train"});
    return t.runtime.explain_cache(runs.back().id);
  };
  train.on(t.runtime)("2021-01", 100, "hunter2");
  CHECK(why().text == "there was no entry of task \"train\" yet");
  t.clock->advance(1s);
  train.on(t.runtime)("2021-01", 100, "hunter2");
  CHECK(why().hit);
  CHECK(why().made_by == t.store().task_runs({.task = "train"}).at(0).id);
  train.on(t.runtime)("2021-02", 50, "hunter2");
  t.clock->advance(1s);
  train.on(t.runtime)("2021-01", 50, "hunter2");
  auto e = why();
  CHECK_FALSE(e.hit);
  REQUIRE(e.changed.size() == 1);  // against either of the two earlier ones
  t.clock->advance(1s);
  train.with({.version = "2"}).on(t.runtime)("2021-01", 50, "hunter2");
  e = why();
  REQUIRE(e.changed.size() == 1);
  CHECK(e.changed[0].name == "version");
  CHECK(e.changed[0].before == "1");
  CHECK(e.changed[0].now == "2");
  t.clock->advance(1s);
  train.on(t.runtime)("2021-01", 50, "hunter3");
  e = why();
  REQUIRE(e.changed.size() == 1);
  CHECK(e.changed[0].name == "inputs.token");
  CHECK(e.changed[0].now->starts_with("#"));
  for (const auto& entry : t.store().cache_entries()) CHECK_THAT(entry.parts, !ContainsSubstring("hunter"));

  weir::task("plain", [] {}).on(t.runtime)();
  CHECK_THAT(t.runtime.explain_cache(t.only("plain").id).text, ContainsSubstring("no cache policy"));
}

TEST_CASE("a miss that is no change says what it is", "[cache][explain]") {
  virtual_runtime t;
  counted c;
  const auto hour = c({.cache = cache::inputs(), .cache_expiration = 1h});
  const auto last = [&] { return t.runtime.explain_cache(t.store().task_runs({.task = "square"}).back().id).text; };
  hour.on(t.runtime)(1);
  t.clock->advance(2h);
  hour.on(t.runtime)(1);
  CHECK_THAT(last(), ContainsSubstring("expired"));
  hour.with({.refresh_cache = true}).on(t.runtime)(1);
  CHECK_THAT(last(), ContainsSubstring("refresh_cache"));
}

TEST_CASE("entries can be listed and cleared, and the results stay with their runs", "[cache]") {
  temporary_folder folder;
  weir::runtime rt({.store = folder / "weir.db", .console = false});
  counted c;
  const auto a = c({.cache = cache::inputs()}, "a"), b = c({.cache = cache::inputs()}, "b");
  for (int i = 0; i < 5; ++i) a.on(rt)(i);
  b.on(rt)(1);
  CHECK(rt.store().cache_entries().size() == 6);
  CHECK(rt.store().cache_entries({.task = "b"}).at(0).task_run == rt.store().task_runs({.task = "b"}).at(0).id);
  std::set<std::string> seen;
  for (weir::cache_filter page{.task = "a", .limit = 2};;) {
    const auto some = rt.store().cache_entries(page);
    for (const auto& e : some) seen.insert(e.key);
    page.cursor = some.next_cursor;
    if (page.cursor.empty()) break;
  }
  CHECK(seen.size() == 5);
  CHECK(rt.store().clear_cache({.task = "a"}) == 5);
  CHECK(rt.store().cache_entries().size() == 1);
  a.on(rt)(1);
  CHECK(*c.calls == 7);
  CHECK(rt.store().result<int>(rt.store().task_runs({.task = "a"}).at(1).id) == 1);
  CHECK(rt.store().clear_cache({.older_than = 1h}) == 0);
  CHECK_THROWS_AS(weir::store(folder / "weir.db").clear_cache(), weir::usage_error);
  weir::store writable(folder / "weir.db", weir::open_mode::read_write);
  CHECK(writable.clear_cache() == 2);
  b.on(rt)(1);
  CHECK(*c.calls == 8);  // another process cleared it
}

TEST_CASE("two functions that give each other's values make another key", "[cache]") {
  virtual_runtime t;
  const auto first = cache::by([](const int& a, const int&) { return a % 10; });
  const auto second = cache::by([](const int&, const int& b) { return b % 10; });
  const auto pair = weir::task("pair", {.cache = first + second}, [](int a, int b) { return a * 100 + b; });
  CHECK(pair.on(t.runtime)(1, 2) == 102);
  CHECK(pair.on(t.runtime)(2, 1) == 201);
  CHECK(pair.on(t.runtime)(11, 2) == 102);
}

TEST_CASE("what a key function makes of a secret is not shown", "[cache][secret]") {
  temporary_folder folder;
  weir::runtime rt({.store = folder / "weir.db", .console = false});
  const auto login = weir::task(
      "login", {.cache = cache::by([](const std::string& token) { return token; })},
      [](const std::string&) { return 1; }, weir::arg("token").secret());
  login.on(rt)("hunter2");
  CHECK_THAT(rt.store().cache_entries().at(0).parts, !ContainsSubstring("hunter2"));
}

TEST_CASE("an expiration beyond all times is none", "[cache]") {
  virtual_runtime t;
  counted c;
  const auto square = c({.cache = cache::inputs(), .cache_expiration = std::chrono::microseconds::max()});
  square.on(t.runtime)(2);
  square.on(t.runtime)(2);
  CHECK(*c.calls == 1);
}

namespace {
struct fussy {
  int value = 0;
  static inline bool refuses = false;
};
}  // namespace
template <>
struct weir::codec<fussy> {
  static void write(json_writer& w, const fussy& f) { w.integer(f.value); }
  static fussy read(json_reader r) {
    if (fussy::refuses) throw std::out_of_range("user codec refuses");
    return {static_cast<int>(r.integer())};
  }
};

TEST_CASE("a codec that throws anything while it reads makes the body run", "[cache][codec]") {
  virtual_runtime t;
  int calls = 0;
  const auto task = weir::task("t", {.cache = cache::key("k")}, [&] { return fussy{++calls}; });
  task.on(t.runtime)();
  fussy::refuses = true;
  CHECK(task.on(t.runtime)().value == 2);
  const auto id = t.store().task_runs({.task = "t"}).at(1).id;
  CHECK(t.runtime.explain_cache(id).text == "the entry with its key could not be read any more");
  try {
    t.store().result<fussy>(id);
    FAIL("its codec refuses");
  } catch (const weir::error& e) {
    CHECK_THAT(e.what(), ContainsSubstring("user codec refuses") && ContainsSubstring("task run \"t-1\""));
  }
  fussy::refuses = false;
}

TEST_CASE("an explanation looks at the entries before the run, however many came later", "[cache][explain]") {
  virtual_runtime t;
  counted c;
  const auto square = c({.cache = cache::inputs()});
  for (int i = 0; i < 300; ++i) {
    square.on(t.runtime)(i);
    t.clock->advance(1s);
  }
  const auto runs = t.store().task_runs({.task = "square", .limit = 1000});
  CHECK_THAT(t.runtime.explain_cache(runs.at(50).id).text, ContainsSubstring("inputs.x: 49 -> 50"));
  t.clock->advance(1s);
  square.on(t.runtime)(50, "");
  square.on(t.runtime)(50, "a");
  CHECK_THAT(t.runtime.explain_cache(t.store().task_runs({.task = "square", .limit = 1000}).back().id).text,
             ContainsSubstring("inputs.note: \"\" -> a"));
}
