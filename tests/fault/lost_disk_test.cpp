// A disk that fills up or turns read-only while runs are going on: bodies run on, callers are told, what was committed
// stays readable, and the record goes on once it can.

#include "support/catch2.hpp"
#include "support/mounts.hpp"
#include "support/runtime.hpp"

#include <sqlite3.h>
#include <sys/resource.h>

#include <fstream>

using namespace weir_test;
using weir::error_code;

namespace {

weir::runtime_options at(const std::string& path) { return {.store = path, .console = false}; }

const auto step = weir::task(
    "step", [](const std::string& text) { return text.size(); }, weir::arg("text"));

// A flow that records as many bytes as it is told, after each task of which `after` is called.
template <class F>
auto writes(const char* name, int kilobytes, F after) {
  return weir::flow(name, [=] {
    for (int i = 0; i < kilobytes; ++i) {
      step(std::string(1000, 'x'));
      after(i);
    }
    return kilobytes;
  });
}
auto writes(const char* name, int kilobytes) {
  return writes(name, kilobytes, [](int) {});
}

template <class F>
weir::store_error told(F&& f) {
  try {
    f();
  } catch (const weir::store_error& e) {
    return e;
  }
  return weir::store_error("nobody was told");
}

std::string state_of(const weir::store& store, const std::string& flow) {
  return store.flow_runs({.flow = flow}).at(0).state.name;
}

// Nothing fits any more on the disk that `path` is on.
void fill(const std::string& path) {
  std::ofstream file(path);
  while (file.write(std::string(512, 'x').c_str(), 512).flush()) {
  }
}

std::string integrity(const std::string& path) {
  sqlite3* db = nullptr;
  sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READONLY, nullptr);
  std::string out;
  sqlite3_exec(
      db, "PRAGMA integrity_check",
      [](void* to, int, char** values, char**) {
        *static_cast<std::string*>(to) += values[0];
        return 0;
      },
      &out, nullptr);
  sqlite3_close(db);
  return out;
}

}  // namespace

TEST_CASE("when the disk is full a flow runs on, its caller is told at the end, and later runs are recorded again",
          "[fault][mount]") {
  if (!may_mount()) WEIR_SKIP("this process may not mount");
  small_disk disk("1m");
  const auto path = disk / "weir.db";
  {
    weir::runtime rt(at(path));
    CHECK(writes("small", 10).on(rt)() == 10);
    int last = 0;
    const auto e = told([&] { writes("large", 4000, [&](int i) { last = i; }).on(rt)(); });
    CHECK(last == 3999);
    CHECK(e.code() == error_code::store_full);
    CHECK(e.retryable());
    CHECK_THAT(e.what(), ContainsSubstring("flow run \"") && ContainsSubstring("it ended, but not all of it") &&
                             ContainsSubstring("cannot write to the store " + path) &&
                             ContainsSubstring("make room on its disk; what was committed is readable"));
    CHECK(weir::store(path).count_task_runs({.states = {weir::state_type::completed}}) >= 10);
    CHECK(state_of(weir::store(path), "small") == "Completed");

    disk.resize("64m");
    CHECK(writes("later", 2000).on(rt)() == 2000);
    CHECK(state_of(rt.store(), "later") == "Completed");
    CHECK(state_of(rt.store(), "large") == "Completed");  // known since there is room
    CHECK(rt.store().flow_runs({.states = {weir::state_type::running}}).empty());
  }
  CHECK(integrity(path) == "ok");
}

TEST_CASE("what a body throws is not replaced by the news of a full disk", "[fault][mount]") {
  if (!may_mount()) WEIR_SKIP("this process may not mount");
  small_disk disk("1m");
  weir::runtime rt(at(disk / "weir.db"));
  const auto fails = weir::flow("fails", [] {
    writes("inner", 4000)();
    throw std::invalid_argument("mine");
  });
  CHECK_THROWS_AS(fails.on(rt)(), std::invalid_argument);
  CHECK_THROWS_AS((void)writes("large", 4000).on(rt).run(), weir::store_error);  // run() is for what bodies do
}

TEST_CASE("a flow whose start finds no room is not run, and its caller is told", "[fault][mount]") {
  if (!may_mount()) WEIR_SKIP("this process may not mount");
  small_disk disk("1m");
  weir::runtime rt(at(disk / "weir.db"));
  fill(disk / "filler");
  bool ran = false;
  const auto e = told([&] { weir::flow("f", [&] { ran = true; }).on(rt)(); });
  CHECK(e.code() == error_code::store_full);
  CHECK_THAT(e.what(), ContainsSubstring("its start could not be recorded, so it was not run"));
  CHECK_FALSE(ran);
}

TEST_CASE("a store that cannot be made for want of room says so", "[fault][mount]") {
  if (!may_mount()) WEIR_SKIP("this process may not mount");
  small_disk disk("8k");
  const auto e = told([&] { weir::runtime rt(at(disk / "weir.db")); });
  CHECK(e.code() == error_code::store_full);
  CHECK_THAT(e.what(), ContainsSubstring("the store " + disk / "weir.db") && ContainsSubstring("make room"));
}

TEST_CASE("a run whose end found no room is not left Running when its runtime goes", "[fault][mount]") {
  if (!may_mount()) WEIR_SKIP("this process may not mount");
  small_disk disk("1m");
  const auto path = disk / "weir.db";
  {
    weir::runtime rt(at(path));
    CHECK(told([&] { writes("large", 4000).on(rt)(); }).code() == error_code::store_full);
    disk.resize("64m");
  }
  const weir::store store(path);
  const auto run = store.flow_runs({.flow = "large"}).at(0);
  CHECK(run.state.is_final());
  for (std::size_t i = 1; i < run.history.size(); ++i) CHECK(run.history[i - 1].at < run.history[i].at);
  CHECK(store.count_task_runs({.states = {weir::state_type::running}}) == 0);
}

TEST_CASE("when a write fails a flow runs on, its caller is told at the end, and later runs are recorded again",
          "[fault]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  const auto limit_files = [](rlim_t bytes) {
    const rlimit limit{bytes, RLIM_INFINITY};
    return ::setrlimit(RLIMIT_FSIZE, &limit) == 0;
  };
  CHECK(in_child([&] {
          ::signal(SIGXFSZ, SIG_IGN);
          weir::runtime rt(at(path));
          writes("small", 10).on(rt)();
          if (!limit_files(600'000)) return 30;
          int last = 0;
          const auto e = told([&] { writes("large", 4000, [&](int i) { last = i; }).on(rt)(); });
          if (last != 3999) return 1;
          if (e.code() != error_code::store_io && e.code() != error_code::store_full) return 2;
          if (std::string_view(e.what()).find("cannot write to the store " + path) == std::string::npos) return 3;
          limit_files(RLIM_INFINITY);
          writes("later", 100).on(rt)();
          return state_of(rt.store(), "later") == "Completed" && state_of(rt.store(), "large") == "Completed" ? 0 : 4;
        }) == 0);
  CHECK(integrity(path) == "ok");
}

TEST_CASE("a store whose mount was read-only for a while goes on where it was", "[fault][mount]") {
  if (!may_mount()) WEIR_SKIP("this process may not mount");
  small_disk disk("16m");
  const auto path = disk / "weir.db";
  {
    weir::runtime rt(at(path));
    writes("before", 10).on(rt)();
  }
  disk.make_read_only();
  CHECK(state_of(weir::store(path), "before") == "Completed");
  CHECK_THROWS_AS(weir::runtime(at(path)), weir::store_error);
  disk.make_writable();
  weir::runtime rt(at(path));
  writes("after", 10).on(rt)();
  CHECK(rt.store().count_task_runs() == 20);
}
