// What recording costs its caller and its store: each figure beside the floor, measured in the same run.
//
//   bench_record [--json] [--count N] [--only PART_OF_A_NAME]

#include "floor.hpp"
#include "report.hpp"

#include <pthread.h>

#include <algorithm>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using namespace weir_bench;

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

void memory(const session& b) {
  const auto path = b.fresh("memory");
  weir::runtime rt(quiet(path));
  many.on(rt)(10'000);
  const double small = resident_mb();
  many.on(rt)(b.count());
  b.report("record.rss_mb_1e6", resident_mb(), "MB", small);
}

void flat(const session& b) {
  double best = 0, floor = 0;
  for (int round = 0; round < 3; ++round) {
    floor = std::max(floor, raw_task_runs(b.fresh("floor"), b.count(), 1, 50'000));
    best = std::max(best, flat_out(b.fresh("flat"), b.count()));
  }
  if (b.wanted("record.flat_out_per_s")) b.report("record.flat_out_per_s", best, "1/s", floor);
  if (b.wanted("record.bytes_per_task_run"))
    b.report("record.bytes_per_task_run", file_bytes(b.folder() + "/flat.db") / b.count(), "B",
             file_bytes(b.folder() + "/floor.db") / b.count());
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
void interleaved(const session& b) {
  constexpr int runs = 4096;
  const int each = std::max(1, b.count() / runs);
  double best = 0, floor = 0;
  for (int round = 0; round < 2; ++round) {
    floor = std::max(floor, raw_task_runs(b.fresh("floor4096"), each * runs, runs, 50'000));
    weir::runtime rt(quiet(b.fresh("interleaved")));
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
  b.report("record.interleaved_per_s", best, "1/s", floor);
}

void paced(const session& b) {
  weir::runtime rt(quiet(b.fresh("paced")));
  std::vector<double> recorded, empty;
  recorded.reserve(static_cast<std::size_t>(b.count()));
  empty.reserve(static_cast<std::size_t>(b.count()));
  const auto pace = [&](std::vector<double>& took, auto&& call) {
    const auto begin = steady::now();
    for (int i = 0; i < b.count(); ++i) {
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
  const auto at = static_cast<std::size_t>(b.count() * 0.99);
  b.report("record.direct_paced_p99_us", recorded[at], "us", empty[at]);
}

void after_idle(const session& b) {
  weir::runtime rt(quiet(b.fresh("idle")));
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
  b.report("record.first_after_idle_us", took[took.size() / 2], "us", wake_a_thread_us());
}

void log_lines(const session& b) {
  const auto path = b.fresh("log");
  double best = 0, floor = 0;
  for (int round = 0; round < 2; ++round) {
    floor = std::max(floor, raw_log_lines(b.fresh("floorlog"), b.count(), 50'000));
    weir::runtime rt(quiet(b.fresh("log")));
    const auto begin = steady::now();
    weir::flow("log", [&] {
      for (int i = 0; i < b.count(); ++i) weir::log::info("line {} of a run", i);
    }).on(rt)();
    best = std::max(best, b.count() / seconds_since(begin));
  }
  b.report("record.log_lines_per_s", best, "1/s", floor);
}

void null_runtime(const session& b) {
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
  b.report("record.null_runtime_ns", best, "ns", floor);
}

void open_and_run(const session& b) {
  const auto path = b.fresh("open");
  const auto empty = weir::flow("empty", [] {});
  double best = 1e9, floor = 1e9;
  for (int round = 0; round < 15; ++round) {
    const auto begin = steady::now();
    weir::runtime rt(quiet(path));
    empty.on(rt)();
    best = std::min(best, seconds_since(begin) * 1e3);
  }
  for (int round = 0; round < 15; ++round) floor = std::min(floor, raw_open_and_commit_ms(path));
  b.report("record.open_empty_flow_ms", best, "ms", floor);
}

}  // namespace

int main(int argc, char** argv) {
  const session b(argc, argv);
  if (b.wanted("record.rss_mb_1e6")) memory(b);  // first: what others leave behind would count
  if (b.wanted("record.direct_paced_p99_us")) paced(b);
  if (b.wanted("record.first_after_idle_us")) after_idle(b);
  if (b.wanted("record.flat_out_per_s") || b.wanted("record.bytes_per_task_run")) flat(b);
  if (b.wanted("record.interleaved_per_s")) interleaved(b);
  if (b.wanted("record.log_lines_per_s")) log_lines(b);
  if (b.wanted("record.null_runtime_ns")) null_runtime(b);
  if (b.wanted("record.open_empty_flow_ms")) open_and_run(b);
}
