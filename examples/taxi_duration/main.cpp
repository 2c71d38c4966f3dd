// Predicts how long a taxi trip takes: trains on one month, measures on another, and prints what weir recorded of it.
//
//   taxi_duration [--train FILE] [--val FILE] [--store FILE] [--models DIR] [--rounds N]

#include "pipeline.hpp"
#include "report.hpp"

#include <fmt/core.h>
#include <getopt.h>

#include <charconv>
#include <cstring>
#include <optional>

namespace {

constexpr const char* usage =
    "usage: taxi_duration [--train FILE] [--val FILE] [--store FILE] [--models DIR] [--rounds N]\n"
    "  --train FILE   month to train on, Parquet (default: the bundled January 2021)\n"
    "  --val FILE     month to measure on (default: the bundled February 2021)\n"
    "  --store FILE   where the run is recorded (default: WEIR_STORE, else WEIR_HOME/weir.db, else ./weir.db)\n"
    "  --models DIR   where model, vectorizer and metrics go (default: models)\n"
    "  --rounds N     rounds of boosting, 1 or more (default: 100)\n";

struct arguments {
  taxi::settings settings;
  std::string store;
  bool help = false;
};

std::optional<int> positive(const char* text) {
  int n = 0;
  const auto [end, error] = std::from_chars(text, text + std::strlen(text), n);
  if (error != std::errc{} || *end != '\0' || n < 1) return std::nullopt;
  return n;
}

std::optional<arguments> parse(int argc, char** argv) {
  constexpr option options[] = {{"train", required_argument, nullptr, 't'},
                                {"val", required_argument, nullptr, 'v'},
                                {"store", required_argument, nullptr, 's'},
                                {"models", required_argument, nullptr, 'm'},
                                {"rounds", required_argument, nullptr, 'r'},
                                {"help", no_argument, nullptr, 'h'},
                                {nullptr, 0, nullptr, 0}};
  arguments a;
  for (int c; (c = getopt_long(argc, argv, "", options, nullptr)) != -1;) {
    if (c == 't') a.settings.train = optarg;
    else if (c == 'v') a.settings.validation = optarg;
    else if (c == 's') a.store = optarg;
    else if (c == 'm') a.settings.models = optarg;
    else if (c == 'h') a.help = true;
    else if (c == 'r') {
      const auto rounds = positive(optarg);
      if (!rounds) return fmt::print(stderr, "--rounds {}: give a whole number of 1 or more\n", optarg), std::nullopt;
      a.settings.rounds = *rounds;
    } else return std::nullopt;  // getopt has said why
  }
  if (optind < argc) return fmt::print(stderr, "{}: no such argument\n", argv[optind]), std::nullopt;
  return a;
}

}  // namespace

int main(int argc, char** argv) try {
  const auto given = parse(argc, argv);
  if (!given) return fmt::print(stderr, "{}", usage), 2;
  if (given->help) return fmt::print("{}", usage), 0;

  weir::runtime rt({.store = given->store});
  const auto run = taxi::run_pipeline(rt, given->settings);
  if (run.id() != weir::uuid{}) {  // else nothing was recorded
    fmt::print("{}", taxi::summary(rt.store(), run.id()));
    if (const auto report = taxi::find_report(rt.store(), run.id()); !report.empty()) fmt::print("\n{}\n", report);
  }
  if (!run) return fmt::print(stderr, "failed: {}\n", run.failure().message), 1;
  fmt::print("rmse {:.6f}\n", run.result());
} catch (const std::exception& e) {
  fmt::print(stderr, "taxi_duration: {}\n", e.what());
  return 1;
}
