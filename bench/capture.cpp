// What capturing printed lines costs, beside the same lines printed and inserted by hand, measured in the same run.
//
//   bench_capture [--json] [--count N] [--only PART_OF_A_NAME]

#include "floor.hpp"
#include "report.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>

namespace {

using namespace weir_bench;

void print(int lines) {
  for (int i = 0; i < lines; ++i) std::cout << "line " << i << " of a run\n";
}

double printed_s(int lines) {
  const auto begin = steady::now();
  print(lines);
  return seconds_since(begin);
}

// Against one thread that prints and then inserts: what a program would do by hand.
void captured(const session& b, double printing) {
  double raw = 0, best = 0;
  for (int round = 0; round < 3; ++round) {
    raw = std::max(raw, raw_log_lines(b.fresh("floor"), b.count(), 50'000));
    weir::runtime rt(quiet(b.fresh("capture")));
    const auto begin = steady::now();
    weir::flow("capture", {.log_prints = true}, [&] { print(b.count()); }).on(rt)();  // returns when all is committed
    best = std::max(best, b.count() / seconds_since(begin));
  }
  b.report("capture.lines_per_s", best, "1/s", b.count() / (printing + b.count() / raw));
}

// What those pay that do not capture, once weir's buffer is there.
void passed_through(const session& b, double printing) {
  weir::runtime rt(quiet(b.fresh("through")));
  weir::flow("first", {.log_prints = true}, [] {}).on(rt)();
  double best = 1e9;
  for (int round = 0; round < 3; ++round) best = std::min(best, printed_s(b.count()));
  b.report("capture.passed_through_ns", best / b.count() * 1e9, "ns", printing / b.count() * 1e9);
}

}  // namespace

int main(int argc, char** argv) {
  const session b(argc, argv);
  std::ofstream nowhere("/dev/null");
  auto* before = std::cout.rdbuf(nowhere.rdbuf());  // the report goes through C's stdout
  double printing = 1e9;
  for (int round = 0; round < 3; ++round) printing = std::min(printing, printed_s(b.count()));
  if (b.wanted("capture.lines_per_s")) captured(b, printing);
  if (b.wanted("capture.passed_through_ns")) passed_through(b, printing);
  std::cout.rdbuf(before);  // or what is flushed at the end would go to a buffer that is gone
}
