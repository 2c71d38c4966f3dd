// What recording costs its caller and its store: each figure beside the floor, measured in the same run.
//
//   bench_record [--json] [--count N] [--only PART_OF_A_NAME]

#include "floor.hpp"

#include <weir/weir.hpp>

#include <fmt/core.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

bool json = false;
std::string only;
int count = 1'000'000;
std::string folder;

double seconds_since(steady::time_point begin) { return std::chrono::duration<double>(steady::now() - begin).count(); }

void report(std::string_view name, double value, std::string_view unit, double floor) {
  const double ratio = floor != 0 ? value / floor : 0;
  if (json)
    fmt::print("{{\"name\":\"{}\",\"value\":{:.4g},\"unit\":\"{}\",\"floor\":{:.4g},\"ratio\":{:.3g}}}\n", name, value,
               unit, floor, ratio);
  else fmt::print("{:<32} {:>12.4g} {:<6} floor {:>12.4g}  ratio {:.2f}\n", name, value, unit, floor, ratio);
  std::fflush(stdout);
}

bool wanted(std::string_view name) { return only.empty() || name.find(only) != std::string_view::npos; }

std::string fresh(const std::string& name) {
  const auto path = folder + "/" + name + ".db";
  for (const char* end : {"", "-wal", "-shm", "-lock"}) std::filesystem::remove(path + end);
  return path;
}

weir::runtime_options quiet(const std::string& path) { return {.store = path, .console = false}; }

double file_bytes(const std::string& path) { return static_cast<double>(std::filesystem::file_size(path)); }

double resident_mb() {
  long pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return static_cast<double>(resident * sysconf(_SC_PAGESIZE)) / (1 << 20);
}

volatile int sink;
const auto twice = weir::task(
    "double", [](int x) { return 2 * x; }, weir::arg("x"));
const auto many = weir::flow(
    "many",
    [](int n) {
      for (int i = 0; i < n; ++i) sink = twice(i);
    },
    weir::arg("n"));

// The flow's return waits until all is committed: the rate is to the store, not to the buffer.
double flat_out(const std::string& path, int n) {
  weir::runtime rt(quiet(path));
  const auto begin = steady::now();
  many.on(rt)(n);
  return n / seconds_since(begin);
}

void memory() {
  const auto path = fresh("memory");
  weir::runtime rt(quiet(path));
  many.on(rt)(10'000);
  const double small = resident_mb();
  many.on(rt)(count);
  report("record.rss_mb_1e6", resident_mb(), "MB", small);
}

void flat() {
  double best = 0, floor = 0;
  for (int round = 0; round < 3; ++round) {
    floor = std::max(floor, weir_bench::raw_task_runs(fresh("floor"), count, 1, 50'000));
    best = std::max(best, flat_out(fresh("flat"), count));
  }
  if (wanted("record.flat_out_per_s")) report("record.flat_out_per_s", best, "1/s", floor);
  if (wanted("record.bytes_per_task_run"))
    report("record.bytes_per_task_run", file_bytes(folder + "/flat.db") / count, "B",
           file_bytes(folder + "/floor.db") / count);
}

// 4,096 bodies inside one another need more than a thread's usual 8 MB.
void with_deep_stack(const std::function<void()>& f) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 256 << 20);
  pthread_t thread{};
  pthread_create(
      &thread, &attributes,
      [](void* body) -> void* {
        (*static_cast<const std::function<void()>*>(body))();
        return nullptr;
      },
      const_cast<std::function<void()>*>(&f));
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

// Opens flow runs inside one another, each of which lends its context, then calls one task in each in turn.
void interleaved() {
  constexpr int runs = 4096;
  const int each = std::max(1, count / runs);
  double best = 0, floor = 0;
  for (int round = 0; round < 2; ++round) {
    floor = std::max(floor, weir_bench::raw_task_runs(fresh("floor4096"), each * runs, runs, 50'000));
    weir::runtime rt(quiet(fresh("interleaved")));
    std::vector<std::function<void(int)>> calls;
    const auto call = [](int i) { sink = twice(i); };
    std::function<void(int)> nest;
    const auto level = weir::flow(
        "level",
        [&](int depth) {
          calls.emplace_back(weir::bind_context(call));
          nest(depth + 1);
        },
        weir::arg("depth"));
    double took = 0;
    nest = [&](int depth) {
      if (depth < runs) return (void)level(depth);
      const auto begin = steady::now();
      for (int i = 0; i < each; ++i)
        for (auto& f : calls) f(i);
      (void)rt.store().count_flow_runs();  // waits for the writer
      took = seconds_since(begin);
    };
    with_deep_stack([&] { level.on(rt)(0); });
    best = std::max(best, each * runs / took);
  }
  report("record.interleaved_per_s", best, "1/s", floor);
}

void paced() {
  weir::runtime rt(quiet(fresh("paced")));
  std::vector<double> recorded, empty;
  recorded.reserve(static_cast<std::size_t>(count));
  empty.reserve(static_cast<std::size_t>(count));
  const auto pace = [](std::vector<double>& took, auto&& call) {
    const auto begin = steady::now();
    for (int i = 0; i < count; ++i) {
      while (steady::now() < begin + i * 4us) {
      }
      const auto before = steady::now();
      call(i);
      took.push_back(std::chrono::duration<double, std::micro>(steady::now() - before).count());
    }
    std::sort(took.begin(), took.end());
  };
  weir::flow("paced", [&] { pace(recorded, [](int i) { sink = twice(i); }); }).on(rt)();
  pace(empty, [](int i) { sink = 2 * i; });
  const auto at = static_cast<std::size_t>(count * 0.99);
  report("record.direct_paced_p99_us", recorded[at], "us", empty[at]);
}

void after_idle() {
  weir::runtime rt(quiet(fresh("idle")));
  std::vector<double> took;
  weir::flow("idle", [&] {
    for (int i = 0; i < 30; ++i) {
      std::this_thread::sleep_for(200ms);  // the writer falls asleep after 100 ms
      const auto before = steady::now();
      sink = twice(i);
      took.push_back(std::chrono::duration<double, std::micro>(steady::now() - before).count());
    }
  }).on(rt)();
  std::sort(took.begin(), took.end());
  report("record.first_after_idle_us", took[took.size() / 2], "us", weir_bench::wake_a_thread_us());
}

void log_lines() {
  const auto path = fresh("log");
  double best = 0, floor = 0;
  for (int round = 0; round < 2; ++round) {
    floor = std::max(floor, weir_bench::raw_log_lines(fresh("floorlog"), count, 50'000));
    weir::runtime rt(quiet(fresh("log")));
    const auto begin = steady::now();
    weir::flow("log", [] {
      for (int i = 0; i < count; ++i) weir::log::info("line {} of a run", i);
    }).on(rt)();
    best = std::max(best, count / seconds_since(begin));
  }
  report("record.log_lines_per_s", best, "1/s", floor);
}

void null_runtime() {
  weir::runtime_scope scope(weir::runtime::null());
  const int n = 20'000'000;
  int (*volatile plain)(int) = [](int x) { return 2 * x; };
  double best = 1e9, floor = 1e9;
  for (int round = 0; round < 5; ++round) {
    auto begin = steady::now();
    for (int i = 0; i < n; ++i) sink = twice(i);
    best = std::min(best, seconds_since(begin) / n * 1e9);
    begin = steady::now();
    for (int i = 0; i < n; ++i) sink = plain(i);
    floor = std::min(floor, seconds_since(begin) / n * 1e9);
  }
  report("record.null_runtime_ns", best, "ns", floor);
}

void open_and_run() {
  const auto path = fresh("open");
  const auto empty = weir::flow("empty", [] {});
  double best = 1e9, floor = 1e9;
  for (int round = 0; round < 15; ++round) {
    const auto begin = steady::now();
    weir::runtime rt(quiet(path));
    empty.on(rt)();
    best = std::min(best, seconds_since(begin) * 1e3);
  }
  for (int round = 0; round < 15; ++round) floor = std::min(floor, weir_bench::raw_open_and_commit_ms(path));
  report("record.open_empty_flow_ms", best, "ms", floor);
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view a = argv[i];
    if (a == "--json") json = true;
    else if (a == "--count" && i + 1 < argc) count = std::max(1000, std::atoi(argv[++i]));
    else if (a == "--only" && i + 1 < argc) only = argv[++i];
    else return fmt::print(stderr, "usage: bench_record [--json] [--count N] [--only PART_OF_A_NAME]\n"), 2;
  }
  const auto made = std::filesystem::temp_directory_path() / fmt::format("weir-bench-{}", getpid());
  std::filesystem::create_directories(made);
  folder = made.string();
  if (wanted("record.rss_mb_1e6")) memory();  // first: what others leave behind would count
  if (wanted("record.direct_paced_p99_us")) paced();
  if (wanted("record.first_after_idle_us")) after_idle();
  if (wanted("record.flat_out_per_s") || wanted("record.bytes_per_task_run")) flat();
  if (wanted("record.interleaved_per_s")) interleaved();
  if (wanted("record.log_lines_per_s")) log_lines();
  if (wanted("record.null_runtime_ns")) null_runtime();
  if (wanted("record.open_empty_flow_ms")) open_and_run();
  std::filesystem::remove_all(made);
}
