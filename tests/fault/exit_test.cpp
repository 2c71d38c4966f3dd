// The ends of processes: what they record, and that none of them crashes for having used weir.

#include "support/catch2.hpp"
#include "support/files.hpp"
#include "support/runtime.hpp"

#include <pthread.h>

#include <exception>
#include <thread>

using namespace weir_test;

namespace {

const auto step = weir::task(
    "step", [](int n) { return n; }, weir::arg("n"));

const auto three_steps = weir::flow("three", [] {
  for (int i = 0; i < 3; ++i) step(i);
});

// A process of its own, whose default runtime records in `path`, and that ends as a program ends: with what is static.
template <class F>
int ended(const std::string& path, F&& body) {
  const auto pid = ::fork();
  if (pid != 0) return wait_for(pid);
  ::setenv("WEIR_STORE", path.c_str(), 1);
  ::setenv("WEIR_LOG_LEVEL", "error", 1);
  if (!::freopen("/dev/null", "w", stderr)) ::_exit(60);
  std::set_terminate([] { std::abort(); });  // not the test framework's
  ::signal(SIGABRT, SIG_DFL);
  std::exit(body());
}
bool exited(int status, int code) { return WIFEXITED(status) && WEXITSTATUS(status) == code; }

std::string state_of(const weir::store& store, const std::string& name) {
  if (const auto flows = store.flow_runs({.flow = name}); !flows.empty()) return flows.at(0).state.name;
  const auto tasks = store.task_runs({.task = name});
  return tasks.empty() ? "not recorded" : tasks.at(0).state.name;
}

struct records_at_exit {
  ~records_at_exit() {
    step(100);
    three_steps();
    weir::log::error("at the end");
  }
};

}  // namespace

TEST_CASE("a program that returns from main has recorded all that it did, tasks outside of flows too",
          "[fault][exit]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  CHECK(exited(ended(path,
                     [] {
                       three_steps();
                       for (int i = 0; i < 1000; ++i) step(i);
                       return 0;
                     }),
               0));
  CHECK(std::filesystem::file_size(path) > 0);
  std::filesystem::remove(path + "-wal");  // all of it is in the file itself
  std::filesystem::remove(path + "-shm");
  const weir::store store(path);
  CHECK(state_of(store, "three") == "Completed");
  CHECK(store.count_task_runs({.states = {weir::state_type::completed}}) == 1003);
}

TEST_CASE("what static objects call after the end of main runs, and leaves no trace", "[fault][exit]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  CHECK(exited(ended(path,
                     [] {
                       static records_at_exit late;  // before the default runtime, so it goes after it
                       three_steps();
                       return 0;
                     }),
               0));
  CHECK(weir::store(path).count_task_runs() == 3);
}

TEST_CASE("what static objects call first of all is recorded", "[fault][exit]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  CHECK(exited(ended(path,
                     [] {
                       static records_at_exit late;
                       return 0;
                     }),
               0));
  CHECK(weir::store(path).count_task_runs({.states = {weir::state_type::completed}}) >= 1);
}

TEST_CASE("std::exit inside a task outside of flows ends the program with its code, and the run is Crashed",
          "[fault][exit]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  CHECK(exited(ended(path,
                     [] {
                       static records_at_exit late;
                       weir::task("leaves", [] {
                         step(1);
                         std::exit(3);
                       })();
                       return 0;
                     }),
               3));
  const weir::store store(path, weir::open_mode::read_write);
  CHECK(state_of(store, "leaves") == "Crashed");
  CHECK(state_of(store, "step") == "Completed");
}

TEST_CASE("threads that are still calling tasks when main returns end with the process", "[fault][exit][threads]") {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  WEIR_SKIP("threads that run while the process ends hold what a sanitizer then calls leaked");
#endif
  temporary_folder folder;
  for (int round = 0; round < 10; ++round) {
    const auto path = folder / ("weir" + std::to_string(round) + ".db");
    const auto status = ended(path, [] {
      three_steps();
      static std::atomic<int> running{0};
      for (int k = 0; k < 2; ++k)
        std::thread([k] {
          for (int i = 0;; ++i) {
            if (k == 0) step(i);
            else three_steps();
            if (i == 20) ++running;
            while (i >= 20 && running < 2) std::this_thread::yield();  // neither keeps the other out of the full queue
          }
        }).detach();
      while (running < 2) std::this_thread::yield();
      return 0;
    });
    CHECK(exited(status, 0));
    const weir::store store(path, weir::open_mode::read_write);
    CHECK(store.count_task_runs({.states = {weir::state_type::completed}}) >= 20 + 20 * 3);
    CHECK(store.count_flow_runs({.states = {weir::state_type::running}}) == 0);
    CHECK(store.count_task_runs({.states = {weir::state_type::running}}) == 0);
  }
}

TEST_CASE("an exception that main does not catch is in the record, of a flow and of a task outside of flows",
          "[fault][exit]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  const auto throws = [] { throw std::runtime_error("nobody catches this"); };
  const bool in_flow = GENERATE(true, false);
  const auto status = ended(path, [&]() noexcept {
    step(1);
    if (in_flow) weir::flow("throws", throws)();
    else weir::task("throws", throws)();
    return 0;
  });
  CHECK(died_of(status, SIGABRT));
  const weir::store store(path, weir::open_mode::read_write);
  CHECK(state_of(store, "throws") == "Failed");
  CHECK(state_of(store, "step") == "Completed");
}

TEST_CASE("a process that leaves at once keeps every flow that returned", "[fault][exit]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  using way = void (*)();
  const auto leave = GENERATE(
      as<way>{}, [] { std::quick_exit(0); }, [] { ::_exit(0); }, [] { std::abort(); });
  ended(path, [&] {
    three_steps();
    weir::flow("leaves", [&] {
      step(9);
      leave();
    })();
    return 0;
  });
  const weir::store store(path, weir::open_mode::read_write);
  CHECK(state_of(store, "three") == "Completed");
  CHECK(store.count_task_runs({.flow_run = store.flow_runs({.flow = "three"}).at(0).id}) == 3);
  CHECK(state_of(store, "leaves") == "Crashed");
}

TEST_CASE("a thread that ends in the middle of a flow leaves a Crashed run and a working process",
          "[fault][exit][threads]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  {
    weir::runtime rt({.store = path, .console = false});
    std::thread([&] {
      weir::flow("cut short", [] {
        step(1);
        ::pthread_exit(nullptr);
      }).on(rt)();
    }).join();
    three_steps.on(rt)();
    CHECK(state_of(rt.store(), "three") == "Completed");
  }
  const weir::store store(path);
  CHECK(state_of(store, "cut short") == "Crashed");
  CHECK_THAT(store.flow_runs({.flow = "cut short"}).at(0).state.message, ContainsSubstring("never ended"));
}
