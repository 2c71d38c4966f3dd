// Results that are kept, and read back by whoever has the store.

#include "support/catch2.hpp"
#include "support/files.hpp"
#include "support/runtime.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <numeric>
#include <stdexcept>

using weir_test::temporary_folder;
using weir_test::virtual_runtime;

namespace {

struct summary {
  std::string name;
  std::vector<double> values;
  friend bool operator==(const summary&, const summary&) = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(summary, name, values)

struct without_codec {};

struct throws_a_number {
  int value = 0;
};

template <class E, class F>
std::string what_of(F&& f) {
  try {
    f();
  } catch (const E& e) {
    return e.what();
  }
  return "did not throw that";
}

std::vector<double> numbers(std::size_t n) {
  std::vector<double> out(n);
  std::iota(out.begin(), out.end(), 0.25);
  return out;
}

std::size_t files_in(const std::string& folder) {
  std::error_code none;
  std::size_t n = 0;
  for (std::filesystem::directory_iterator i(folder, none), end; i != end; ++i) ++n;
  return n;
}

}  // namespace

template <>
struct weir::codec<throws_a_number> {
  static void write(json_writer& w, const throws_a_number& t) {
    if (t.value < 0) throw t.value;
    w.integer(t.value);
  }
  static throws_a_number read(json_reader) { throw 1; }
};

TEST_CASE("a result that is asked for is kept, and read back by another process", "[results]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  weir::uuid flow_id, task_id;
  {
    weir::runtime rt({.store = path, .console = false});
    const auto task = weir::task("t", {.persist_result = true}, [&] {
      task_id = weir::this_run::id();
      return summary{"small", {1, 2}};
    });
    const auto run = weir::flow("f", {.persist_result = true}, [&] { return task().values.size(); }).on(rt).run();
    flow_id = run.id();
  }
  const auto ok = weir_test::in_child([&] {
    const weir::store store(path);
    return store.result<std::size_t>(flow_id) == 2 && store.result<summary>(task_id) == summary{"small", {1, 2}} ? 0
                                                                                                                 : 1;
  });
  CHECK(ok == 0);
}

TEST_CASE("a result that was not kept says how to keep it, one of a failed run how it failed", "[results]") {
  virtual_runtime t;
  const auto run = weir::flow("f", [] { return 1; }).on(t.runtime).run();
  CHECK_THAT(what_of<weir::missing_result>([&] { t.store().result<int>(run.id()); }),
             ContainsSubstring("persist_result = true") && ContainsSubstring(to_string(run.id())));

  const auto bad = weir::flow("bad", {.persist_result = true}, []() -> int { throw std::out_of_range("too far"); })
                       .on(t.runtime)
                       .run();
  try {
    t.store().result<int>(bad.id());
    FAIL("a failed run has no result");
  } catch (const weir::failed_run& e) {
    CHECK(e.failure().type == "std::out_of_range");
    CHECK(e.failure().message == "too far");
    CHECK(e.code() == weir::error_code::run_failed);
  }
  CHECK_THROWS_AS(t.store().result<int>(weir::uuid{}), weir::store_error);
}

TEST_CASE("nothing, true and false are results like others", "[results]") {
  virtual_runtime t;
  const auto kept = [&](auto body) {
    const auto run = weir::flow("f", {.persist_result = true}, body).on(t.runtime).run();
    return run.id();
  };
  CHECK(t.store().result<bool>(kept([] { return true; })));
  CHECK_FALSE(t.store().result<bool>(kept([] { return false; })));
  CHECK_FALSE(t.store().result<std::optional<int>>(kept([] { return std::optional<int>(); })));
  CHECK_FALSE(t.store().result<std::optional<int>>(kept([] {})));  // void is kept as nothing
}

TEST_CASE("a large result is a file named by its content, and equal ones share it", "[results][files]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  weir::runtime rt({.store = path, .console = false});
  const auto make = weir::task(
      "make", {.persist_result = true}, [](std::size_t n) { return numbers(n); }, weir::arg("n"));
  const auto ids = [&] {
    std::vector<weir::uuid> out;
    for (const auto& r : rt.store().task_runs({.task = "make"})) out.push_back(r.id);
    return out;
  };
  make.on(rt)(10);
  CHECK(files_in(path + "-values") == 0);
  make.on(rt)(100'000);
  make.on(rt)(100'000);
  CHECK(files_in(path + "-values") == 1);
  make.on(rt)(100'001);
  CHECK(files_in(path + "-values") == 2);
  CHECK(std::filesystem::file_size(path) < 200'000);
  CHECK(rt.store().result<std::vector<double>>(ids()[1]) == numbers(100'000));
  CHECK(rt.store().result<std::vector<double>>(ids()[0]) == numbers(10));
}

TEST_CASE("a kept result that is damaged, gone or of another form is an error that says what and where",
          "[results][files]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  weir::runtime rt({.store = path, .console = false});
  const auto run = weir::flow("big", {.persist_result = true}, [] { return numbers(100'000); }).on(rt).run();
  const auto read = [&] { rt.store().result<std::vector<double>>(run.id()); };
  CHECK_THAT(what_of<weir::error>([&] { rt.store().result<std::string>(run.id()); }),
             ContainsSubstring("flow run \"" + run.name() + "\"") &&
                 ContainsSubstring("cannot be read as std::string:") &&
                 ContainsSubstring("(kept in " + path + "-values/"));
  const auto file = std::filesystem::directory_iterator(path + "-values")->path();
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1);
  CHECK_THAT(what_of<weir::error>(read), ContainsSubstring("damaged") && ContainsSubstring(file.string()));
  // Who makes it again replaces the damaged file.
  weir::flow("big", {.persist_result = true}, [] { return numbers(100'000); }).on(rt)();
  CHECK(rt.store().result<std::vector<double>>(run.id()) == numbers(100'000));
  std::filesystem::remove(file);
  CHECK_THAT(what_of<weir::missing_result>(read), ContainsSubstring(file.string()));
}

TEST_CASE("a task that keeps its result needs a codec, and says so at its first use", "[results]") {
  virtual_runtime t;
  bool ran = false;
  const auto task = weir::task("odd", {.persist_result = true}, [&] { return ran = true, without_codec{}; });
  CHECK_THAT(what_of<weir::usage_error>([&] { task.on(t.runtime)(); }), ContainsSubstring("task \"odd\"") &&
                                                                            ContainsSubstring("without_codec") &&
                                                                            ContainsSubstring("weir::codec"));
  CHECK_FALSE(ran);
}

TEST_CASE("a result whose codec throws does not fail the run, and is said once", "[results]") {
  virtual_runtime t;
  struct thrower {
    using value_type = int;
    const int* begin() const { throw std::runtime_error("no begin"); }
    const int* end() const { return nullptr; }
    int* insert(const int*, int) { return nullptr; }
  };
  const auto task = weir::task("t", {.persist_result = true}, [] { return thrower{}; });
  weir::flow("f", [&] {
    task();
    task();
  }).on(t.runtime)();
  CHECK(t.store().count_task_runs({.states = {weir::state_type::completed}}) == 2);
  CHECK(t.store().logs({.min_level = weir::log::level::warning, .contains = "no begin"}).size() == 1);
}

TEST_CASE("a result that was asked for and finds no place is said at the end of its flow", "[results][files][fault]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  std::ofstream(path + "-values") << "in the way of the folder";
  weir::runtime rt({.store = path, .console = false});
  const auto large = [](weir::task_options options) {
    return weir::task("large", options, [] { return std::string(50'000, 'x'); });
  };
  bool went_on = false;
  const auto flow = weir::flow("f", [&](bool asked) {
    large(asked ? weir::task_options{.persist_result = true} : weir::task_options{.cache = weir::cache::version()})();
    went_on = true;
  });
  CHECK_THAT(what_of<weir::store_error>([&] { flow.on(rt)(true); }),
             ContainsSubstring("not all of it could be recorded") && ContainsSubstring(path + "-values"));
  CHECK(went_on);
  CHECK(rt.store().flow_runs().at(0).state.is_completed());
  CHECK_NOTHROW(flow.on(rt)(false));  // only its cache would have gained by it
  CHECK(rt.store().logs({.contains = "the result is not kept: "}).size() == 2);
}

TEST_CASE("who asks for a result that could not be kept is sent to the log, and to nothing but errors",
          "[results][codec]") {
  virtual_runtime t;
  const auto run_id = [&](int number) {
    return weir::flow("f", {.persist_result = true}, [=] { return throws_a_number{number}; }).on(t.runtime).run().id();
  };
  CHECK_THAT(what_of<weir::missing_result>([&] { t.store().result<throws_a_number>(run_id(-1)); }),
             ContainsSubstring("the log of the run"));
  CHECK_THAT(
      what_of<weir::error>([&] { t.store().result<throws_a_number>(run_id(0)); }),
      ContainsSubstring("cannot be read as") && ContainsSubstring("throws_a_number") && ContainsSubstring("the row"));
}

TEST_CASE("what an exception of weir says keeps its code in the record", "[results]") {
  virtual_runtime t;
  const auto run =
      weir::flow("f", [] { throw weir::store_error("full", weir::error_code::store_full); }).on(t.runtime).run();
  CHECK(t.store().get_flow_run(run.id()).failure->code == weir::error_code::store_full);
  const auto other = weir::flow("f", [] { throw 1; }).on(t.runtime).run();
  CHECK(t.store().get_flow_run(other.id()).failure->code == weir::error_code::other);
}

TEST_CASE("a process killed in the middle of a large result leaves no half of it", "[results][files][fault]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  for (int pieces = 0; pieces < 6; ++pieces) {
    const auto status = weir_test::wait_for(weir_test::start_child([&] {
      const auto port = weir::open_store(path, weir::open_mode::read_write);
      const auto value = port->keep_large_value();
      const std::vector<std::byte> piece(1 << 20);
      for (int i = 0; i < pieces; ++i) value->write(piece);
      ::raise(SIGKILL);
    }));
    REQUIRE(weir_test::died_of(status, SIGKILL));
    CHECK(files_in(path + "-values") == 1);  // the hazard is there
    weir::runtime rt({.store = path, .console = false});
    CHECK(files_in(path + "-values") == 0);
  }
}
