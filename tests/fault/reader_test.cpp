// Stores read by other processes while runs are going on, and where the reader may not write.

#include "support/catch2.hpp"
#include "support/files.hpp"
#include "support/mounts.hpp"
#include "support/runtime.hpp"

#include <fstream>
#include <iterator>
#include <set>

using namespace weir_test;

namespace {

weir::runtime_options at(const std::string& path) { return {.store = path, .console = false}; }

const auto step = weir::task(
    "step", [](int n) { return n; }, weir::arg("n"));

auto steps(const std::string& name, int count) {
  return weir::flow(name, [count] {
    for (int i = 0; i < count; ++i) {
      step(i);
      weir::log::info("step {}", i);
    }
  });
}

std::string bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Its flow has ended and its process is killed: everything is in the log, nothing in the file.
void leave_in_log(const std::string& path, int tasks) {
  const auto status = wait_for(start_child([&] {
    weir::runtime rt(at(path));
    steps("f", tasks).on(rt)();
    ::raise(SIGKILL);
  }));
  REQUIRE(died_of(status, SIGKILL));
}

void copy(const std::string& from, const std::string& to, std::initializer_list<const char*> parts) {
  for (const auto* part : parts) std::filesystem::copy_file(from + part, to + part);
}

// What an ordinary user's process, which may write nowhere, gets when it counts the task runs; -1: a store_error that
// says how to go on.
int counted_by_nobody(const std::string& path) {
  return in_child([&] {
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) return 39;
    try {
      return static_cast<int>(weir::store(path).count_task_runs());
    } catch (const weir::store_error& e) {
      return std::string_view(e.what()).find("to a directory where this program may write") == std::string_view::npos
                 ? 38
                 : 37;
    }
  });
}
constexpr int told_to_copy = 37;

bool cannot_become_nobody() { return ::geteuid() != 0; }

}  // namespace

TEST_CASE("a reader beside a running writer sees runs and lines whole, and pages that neither repeat nor miss a run",
          "[fault][processes]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  constexpr std::size_t flows = 60, tasks = 40;
  pipe_signal ready;
  const auto writer = start_child([&] {
    weir::runtime rt(at(path));
    steps("first", 1).on(rt)();
    ready.raise();
    for (std::size_t i = 0; i < flows; ++i) steps("f", tasks).on(rt)();
    return 0;
  });
  REQUIRE(ready.wait());
  const weir::store store(path);
  std::size_t seen = 0;
  do {
    std::set<weir::uuid> ids;
    std::string cursor;
    do {
      const auto page = store.flow_runs({.flow = "f", .limit = 7, .cursor = cursor});
      cursor = page.next_cursor;
      for (const auto& run : page) {
        CHECK(ids.insert(run.id).second);
        for (std::size_t i = 1; i < run.history.size(); ++i) CHECK(run.history[i - 1].at < run.history[i].at);
        if (!run.state.is_final()) continue;
        CHECK(run.state.is_completed());
        CHECK(store.count_task_runs({.flow_run = run.id, .states = {weir::state_type::completed}}) == tasks);
        CHECK(store.logs({.flow_run = run.id, .contains = "step "}).size() == tasks);
      }
    } while (!cursor.empty());
    CHECK(ids.size() >= seen);
    seen = ids.size();
  } while (seen < flows || store.count_flow_runs({.states = {weir::state_type::running}}) > 0);
  CHECK(wait_for(writer) == 0);
}

TEST_CASE("a reader that stands still in the middle of reading blocks no writer", "[fault][processes]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  weir::runtime rt(at(path));
  steps("before", 5000).on(rt)();
  pipe_signal ready;
  const auto reader = start_child([&] {
    const weir::store store(path);
    ready.raise();
    for (;;) store.task_runs({.limit = 5000});
  });
  REQUIRE(ready.wait());
  for (int round = 0; round < 10; ++round) {
    ::kill(reader, SIGSTOP);
    int status = 0;
    REQUIRE(::waitpid(reader, &status, WUNTRACED) == reader);
    REQUIRE(WIFSTOPPED(status));
    steps("beside", 2000).on(rt)();  // returns: the reader's lock is in nobody's way
    ::kill(reader, SIGCONT);
  }
  ::kill(reader, SIGKILL);
  CHECK(died_of(wait_for(reader), SIGKILL));
  CHECK(rt.store().count_task_runs({.states = {weir::state_type::completed}}) == 5000 + 10 * 2000);
}

TEST_CASE("reading changes neither the file nor its log", "[fault][processes]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  leave_in_log(path, 2000);
  const auto file = bytes(path), log = bytes(path + "-wal");
  REQUIRE(log.size() > 100'000);
  CHECK(in_child([&] {
          const weir::store store(path);
          return store.count_task_runs() == 2000 && store.flow_runs().size() == 1 ? 0 : 1;
        }) == 0);
  CHECK(bytes(path) == file);
  CHECK(bytes(path + "-wal") == log);
}

TEST_CASE("who may not write in the directory reads beside a running writer, after its death and after its end",
          "[fault][processes][mount]") {
  if (cannot_become_nobody()) WEIR_SKIP("needs root, to become somebody else");
  temporary_folder folder;
  std::filesystem::permissions(folder.str(), std::filesystem::perms(0755));
  const auto path = folder / "weir.db";
  {
    weir::runtime rt(at(path));
    steps("f", 10).on(rt)();
    CHECK(counted_by_nobody(path) == 10);

    pipe_signal opened, written;
    const auto stays = start_child([&] {  // the same reader, before and after
      if (::setgid(65534) != 0 || ::setuid(65534) != 0) return 39;
      const weir::store store(path);
      if (store.count_task_runs() != 10) return 1;
      opened.raise();
      written.wait();
      return store.count_task_runs() == 15 ? 0 : 2;
    });
    REQUIRE(opened.wait());
    steps("g", 5).on(rt)();
    written.raise();
    CHECK(wait_for(stays) == 0);
  }
  CHECK(counted_by_nobody(path) == 15);
  leave_in_log(path, 5);
  CHECK(counted_by_nobody(path) == 20);
}

TEST_CASE("a copy that cannot be read without writing beside it is refused, with the way out", "[fault][mount]") {
  if (cannot_become_nobody()) WEIR_SKIP("needs root, to become somebody else");
  temporary_folder from, to;
  std::filesystem::permissions(to.str(), std::filesystem::perms(0755));
  leave_in_log(from / "weir.db", 5);
  copy(from / "weir.db", to / "weir.db", {"", "-wal"});
  CHECK(counted_by_nobody(to / "weir.db") == told_to_copy);
  CHECK(weir::store(to / "weir.db").count_task_runs() == 5);  // root may, and what it makes serves everybody
  CHECK(counted_by_nobody(to / "weir.db") == 5);
}

TEST_CASE("a store on a read-only mount is read, with its log or without", "[fault][mount]") {
  if (!may_mount()) WEIR_SKIP("this process may not mount");
  temporary_folder folder;
  const auto path = folder / "weir.db";
  leave_in_log(path, 5);
  small_disk disk("4m");
  copy(path, disk / "weir.db", {"", "-wal", "-shm"});
  {
    weir::runtime rt(at(path));  // brings the log home when it goes
  }
  copy(path, disk / "alone, 50%?#.db", {""});
  disk.make_read_only();
  CHECK(weir::store(disk / "weir.db").count_task_runs() == 5);
  CHECK(weir::store(disk / "alone, 50%?#.db").count_task_runs() == 5);
}

TEST_CASE("a store is read through a read-only mount of the directory in which it is being written", "[fault][mount]") {
  if (!may_mount()) WEIR_SKIP("this process may not mount");
  temporary_folder folder, view;
  {
    weir::runtime rt(at(folder / "whole.db"));
    steps("f", 5).on(rt)();
  }
  copy(folder / "whole.db", folder / "weir.db", {""});
  REQUIRE(::mount(folder.str().c_str(), view.str().c_str(), nullptr, MS_BIND, nullptr) == 0);
  REQUIRE(::mount(nullptr, view.str().c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) == 0);
  {
    const weir::store store(view / "weir.db");  // before there is a log
    CHECK(store.count_task_runs() == 5);
    pipe_signal written, done;
    const auto writer = start_child([&] {
      weir::runtime rt(at(folder / "weir.db"));
      steps("g", 5).on(rt)();
      written.raise();
      done.wait();
      return 0;
    });
    REQUIRE(written.wait());
    CHECK(store.count_task_runs() == 10);
    CHECK(weir::store(view / "weir.db").count_task_runs() == 10);
    done.raise();
    CHECK(wait_for(writer) == 0);
  }
  ::umount2(view.str().c_str(), MNT_DETACH);
}
