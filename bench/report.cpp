#include "report.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace weir_bench {

session::session(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view a = argv[i];
    if (a == "--json") json_ = true;
    else if (a == "--count" && i + 1 < argc) count_ = std::max(1000, std::atoi(argv[++i]));
    else if (a == "--only" && i + 1 < argc) only_ = argv[++i];
    else {
      fmt::print(stderr, "usage: {} [--json] [--count N] [--only PART_OF_A_NAME]\n", argv[0]);
      std::exit(2);
    }
  }
  const auto made = std::filesystem::temp_directory_path() / fmt::format("weir-bench-{}", getpid());
  std::filesystem::create_directories(made);
  folder_ = made.string();
}

session::~session() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string session::fresh(const std::string& name) const {
  const auto path = folder_ + "/" + name + ".db";
  for (const char* end : {"", "-wal", "-shm", "-lock", "-values"}) std::filesystem::remove_all(path + end);
  return path;
}

void session::report(std::string_view name, double value, std::string_view unit, double floor) const {
  const double ratio = floor != 0 ? value / floor : 0;
  if (json_)
    fmt::print("{{\"name\":\"{}\",\"value\":{:.4g},\"unit\":\"{}\",\"floor\":{:.4g},\"ratio\":{:.3g}}}\n", name, value,
               unit, floor, ratio);
  else fmt::print("{:<32} {:>12.4g} {:<6} floor {:>12.4g}  ratio {:.2f}\n", name, value, unit, floor, ratio);
  std::fflush(stdout);
}

double file_bytes(const std::string& path) { return static_cast<double>(std::filesystem::file_size(path)); }

double resident_mb() {
  long pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return static_cast<double>(resident * sysconf(_SC_PAGESIZE)) / (1 << 20);
}

}  // namespace weir_bench
