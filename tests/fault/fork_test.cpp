// Forks: what a child may do with what it has inherited, and what it must leave alone.

#include "support/catch2.hpp"
#include "support/files.hpp"
#include "support/runtime.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sqlite3.h>

#include <atomic>
#include <cstdio>
#include <thread>

using namespace weir_test;

namespace {

weir::runtime_options at(const std::string& path) { return {.store = path, .console = false}; }

const auto step = weir::task(
    "step", [](int n) { return n; }, weir::arg("n"));

auto steps(const std::string& name, int count) {
  return weir::flow(name, [count] {
    for (int i = 0; i < count; ++i) step(i);
  });
}

std::string ask(const std::string& path, const char* question) {
  sqlite3* db = nullptr;
  sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READONLY, nullptr);
  std::string out;
  sqlite3_exec(
      db, question,
      [](void* to, int, char** values, char**) {
        *static_cast<std::string*>(to) += values[0];
        return 0;
      },
      &out, nullptr);
  sqlite3_close(db);
  return out;
}

}  // namespace

TEST_CASE("a child records and reads through its parent's runtime, and through the store that its parent opened",
          "[fault][fork]") {
  temporary_folder folder;
  weir::runtime rt(at(folder / "weir.db"));
  steps("parent", 3).on(rt)();
  const weir::store store(folder / "weir.db");
  CHECK(store.count_task_runs() == 3);
  CHECK(in_child([&] {
          steps("child", 4).on(rt)();
          if (rt.store().count_task_runs() != 7) return 1;
          if (store.count_task_runs() != 7) return 2;
          weir::runtime_scope none(weir::runtime::null());
          steps("unrecorded", 5)();
          return rt.store().count_task_runs() == 7 ? 0 : 3;
        }) == 0);
  steps("again", 1).on(rt)();
  CHECK(rt.store().count_task_runs() == 8);
  CHECK(rt.store().flow_runs({.states = {weir::state_type::completed}}).size() == 3);
}

// SQLite keeps a list of its locks in memory, which a child inherits without the locks. A child that opened the file
// beside it died of SIGBUS when the next process that came by found no lock and made the log's index anew.
TEST_CASE("a daemon keeps its store when its parent is gone and others come and go", "[fault][fork]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  constexpr int flows = 10, tasks = 5000;
  pipe_signal parent_gone;
  int from_daemon[2];
  REQUIRE(::pipe(from_daemon) == 0);
  const auto parent = start_child([&] {
    auto* rt = new weir::runtime(at(path));
    steps("before", 1).on (*rt)();
    if (::fork() != 0) return 0;  // and the parent ends
    parent_gone.wait();
    for (int i = 0; i < flows; ++i) steps("daemon", tasks).on (*rt)();
    char done = 'd';
    return ::write(from_daemon[1], &done, 1) == 1 ? 0 : 1;
  });
  ::close(from_daemon[1]);
  CHECK(wait_for(parent) == 0);
  parent_gone.raise();
  ::fcntl(from_daemon[0], F_SETFL, O_NONBLOCK);
  char byte = 0;
  ssize_t got = -1;
  while ((got = ::read(from_daemon[0], &byte, 1)) < 0)  // 0: the daemon died; 1: it is done
    if (in_child([&] { return weir::store(path).count_flow_runs() > 0 ? 0 : 1; }) != 0) FAIL("a reader failed");
  ::close(from_daemon[0]);
  CHECK(got == 1);
  CHECK(weir::store(path).count_task_runs({.states = {weir::state_type::completed}}) == 1 + flows * tasks);
  CHECK(ask(path, "PRAGMA integrity_check") == "ok");
}

TEST_CASE("a fork while other threads record leaves a child that can record", "[fault][fork][threads]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  weir::runtime rt(at(path));
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int k = 0; k < 3; ++k)
    threads.emplace_back([&, k] {
      for (int i = 0; !stop; ++i) {
        const auto name = std::to_string(k) + "-" + std::to_string(i);  // names, tags and states that are new each time
        weir::tags tag("tag " + name);
        weir::flow("f" + name, [&] {
          step(i);
          weir::this_run::finish_as("Done " + name);
        }).on(rt)();
        step.on(rt)(i);
        if (k == 1) rt.store().flow_runs({.limit = 5});
        if (k == 2) weir::store(path).count_flow_runs();
      }
    });
  constexpr int rounds = 20;
  int failed = 0;
  for (int r = 0; r < rounds; ++r)
    failed += in_child([&] {
                ::alarm(60);  // a child that hangs is a failure, not a test that never ends
                const auto name = "child " + std::to_string(r);
                steps(name, 2).on(rt)();
                weir::runtime own(at(path));
                steps(name, 2).on(own)();
                return rt.store().flow_runs({.flow = name}).size() == 2 ? 0 : 1;
              }) != 0;
  stop = true;
  for (auto& t : threads) t.join();
  CHECK(failed == 0);
  for (int r = 0; r < rounds; ++r) CHECK(rt.store().flow_runs({.flow = "child " + std::to_string(r)}).size() == 2);
  CHECK(ask(path, "PRAGMA integrity_check") == "ok");
}

TEST_CASE("a child makes other ids than its parent and its brothers", "[fault][fork]") {
  temporary_folder folder;
  const auto clock = std::make_shared<weir::testing::manual_clock>();  // all in one millisecond
  weir::runtime rt({.store = folder / "weir.db", .console = false, .seed = 1, .clock = clock});
  for (int i = 0; i < 3; ++i)
    CHECK(in_child([&] {
            steps("child", 1).on(rt)();
            return 0;
          }) == 0);
  steps("parent", 1).on(rt)();
  CHECK(rt.store().count_flow_runs() == 4);
}

TEST_CASE("a child that only ends leaves nothing in its parent's store", "[fault][fork]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  auto rt = std::make_unique<weir::runtime>(at(path));
  auto store = std::make_unique<weir::store>(path, weir::open_mode::read_write);
  steps("parent", 1).on (*rt)();
  const auto sessions = ask(path, "SELECT count(*) FROM session");
  CHECK(in_child([&] {
          // Numbers of descriptors that were closed in the child are free for others: they must not be closed again.
          std::vector<int> own;
          for (int i = 0; i < 8; ++i) own.push_back(::open("/dev/null", O_RDONLY));
          store.reset();
          rt.reset();
          for (const int fd : own)
            if (::fcntl(fd, F_GETFD) < 0) return 1;
          return 0;
        }) == 0);
  CHECK(ask(path, "SELECT count(*) FROM session") == sessions);
  steps("parent", 1).on (*rt)();
  CHECK(rt->store().count_task_runs() == 2);
}

TEST_CASE("programs that are executed inherit none of the store's descriptors", "[fault][fork]") {
  temporary_folder folder;
  weir::runtime rt(at(folder / "weir.db"));
  const weir::store store(folder / "weir.db");
  std::string listing;
  weir::flow("f", [&] {
    FILE* out = ::popen("ls -l /proc/self/fd", "r");
    REQUIRE(out);
    for (int c; (c = std::fgetc(out)) != EOF;) listing += static_cast<char>(c);
    ::pclose(out);
  }).on(rt)();
  CHECK_THAT(listing, ContainsSubstring("pipe"));
  CHECK_THAT(listing, !ContainsSubstring("weir.db"));
}

TEST_CASE("a run goes on after it has spawned a program", "[fault][fork]") {
  temporary_folder folder;
  weir::runtime rt(at(folder / "weir.db"));
  weir::flow("f", [&] {
    step(1);
    pid_t pid = 0;
    char name[] = "true";
    char* arguments[] = {name, nullptr};
    REQUIRE(::posix_spawnp(&pid, name, nullptr, nullptr, arguments, nullptr) == 0);
    CHECK(wait_for(pid) == 0);
    step(2);
  }).on(rt)();
  CHECK(rt.store().count_task_runs({.states = {weir::state_type::completed}}) == 2);
}
