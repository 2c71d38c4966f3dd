// What keeping and caching results costs, each figure beside the floor, measured in the same run.
//
//   bench_cache [--json] [--count N] [--only PART_OF_A_NAME]

#include "floor.hpp"
#include "report.hpp"

#include "core/kept_result.hpp"
#include "core/key_writer.hpp"
#include "store/sqlite_store.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

namespace {

using namespace weir_bench;

volatile int sink;
const auto square = weir::task(
    "square", {.cache = weir::cache::inputs()}, [](int x) { return x * x; }, weir::arg("x"));

// Hits of a thousand keys in turn, in one flow, recorded as other runs are.
void hits(const session& b) {
  constexpr int keys = 1000;
  const int rounds = std::max(1, b.count() / 10 / keys);
  const auto path = b.fresh("hits");
  double best = 1e9;
  {
    weir::runtime rt(quiet(path));
    for (int i = 0; i < keys; ++i) square.on(rt)(i);
    (void)rt.store().count_task_runs();  // all entries are in the store: it is asked, not memory
    weir::flow("hits", [&] {
      for (int round = 0; round < rounds; ++round) {
        const auto begin = steady::now();
        for (int i = 0; i < keys; ++i) sink = square(i);
        best = std::min(best, seconds_since(begin) / keys * 1e6);
      }
    }).on(rt)();
  }
  b.report("cache.hit_us", best, "us", raw_lookup_us(path, rounds * keys));
}

template <class T>
std::pair<double, double> key_and_hash_us(const T& value, std::span<const std::byte> bytes) {
  constexpr int rounds = 20'000;
  double key = 1e9, hash = 1e9;
  for (int block = 0; block < 20; ++block) {
    auto begin = steady::now();
    for (int i = 0; i < rounds / 20; ++i) {
      weir::core::key_writer w;
      weir::codec<T>::write(w.json(), value);
      sink = w.finish().bytes[0];
    }
    key = std::min(key, seconds_since(begin) / (rounds / 20) * 1e6);
    begin = steady::now();
    for (int i = 0; i < rounds / 20; ++i) sink = weir::core::hash_of(bytes).bytes[0];
    hash = std::min(hash, seconds_since(begin) / (rounds / 20) * 1e6);
  }
  return {key, hash};
}

// The worse of a text and a vector of numbers.
void keys(const session& b) {
  const std::string text(64 * 1024, 'x');
  std::vector<double> numbers(64 * 1024 / sizeof(double));
  std::iota(numbers.begin(), numbers.end(), 0.5);
  const auto of_text = key_and_hash_us(text, std::as_bytes(std::span(text)));
  const auto of_numbers = key_and_hash_us(numbers, std::as_bytes(std::span(numbers)));
  const auto worse = of_text.first / of_text.second > of_numbers.first / of_numbers.second ? of_text : of_numbers;
  b.report("cache.key_64k_ratio", worse.first, "us", worse.second);
}

void large(const session& b) {
  std::vector<double> value(100'000'000 / sizeof(double));
  const double mb = static_cast<double>(value.size() * sizeof(double)) / 1e6;
  double best = 0, floor = 0;
  for (int round = 0; round < 3; ++round) {
    std::iota(value.begin(), value.end(), round + 0.5);  // others each time: an equal value would be there already
    floor = std::max(floor, mb / raw_synced_write_s(b.fresh("plain"), std::as_bytes(std::span(value))));
    const auto port = weir::open_sqlite_store(b.fresh("large"), weir::open_mode::read_write);
    const auto begin = steady::now();
    (void)weir::core::keep_result(*port,
                                  [&](weir::json_writer& w) { weir::codec<std::vector<double>>::write(w, value); });
    best = std::max(best, mb / seconds_since(begin));
  }
  b.report("result.large_ratio", best, "MB/s", floor);
}

// Half of the calls make an entry of their own, half find one.
void memory(const session& b) {
  weir::runtime rt(quiet(b.fresh("memory")));
  const auto calls = weir::flow("calls", [](int from, int n) {
    for (int i = 0; i < n; ++i) sink = square(from + i / 2);
  });
  calls.on(rt)(0, 10'000);
  const double small = resident_mb();
  calls.on(rt)(10'000, b.count());
  b.report("cache.rss_mb_1e6", resident_mb(), "MB", small);
}

}  // namespace

int main(int argc, char** argv) {
  const session b(argc, argv);
  if (b.wanted("cache.rss_mb_1e6")) memory(b);  // first: what others leave behind would count
  if (b.wanted("cache.hit_us")) hits(b);
  if (b.wanted("cache.key_64k_ratio")) keys(b);
  if (b.wanted("result.large_ratio")) large(b);
}
