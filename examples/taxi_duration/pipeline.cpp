#include "pipeline.hpp"

#include "codecs.hpp"
#include "report.hpp"

#include <fmt/format.h>

#include <iostream>

using namespace std::chrono_literals;

namespace taxi {
namespace {

const auto read_data = weir::task(
    "read_data",
    {.retries = 3, .retry_delay = 2s, .retry_if = weir::retry_on<read_failure>()},  // wrong data stays wrong
    [](const std::string& path) {
      auto month = read_trips(path);
      weir::log::info("{}: {} trips, {} kept; {} under a minute, {} over an hour, {} undated", path, month.rows,
                      month.size(), month.too_short, month.too_long, month.undated);
      return month;
    },
    weir::arg("path"));

const auto add_features = weir::task(
    "add_features", {.cache = weir::cache::inputs(), .version = "1"},  // another version where make_features changes
    [](const trips& train, const trips& validation) {
      auto made = make_features(train, validation);
      weir::log::info("{} features; {} trips of the validation month have a pair that is not among them",
                      made.fitted.names().size(), made.fitted.count_unseen(validation));
      return made;
    },
    weir::arg("train"), weir::arg("val"));

const auto train_best_model = weir::task(
    "train_best_model", {.log_prints = true},  // what it prints is stored with the run
    [](const features& f, const std::string& models, int rounds) {
      std::filesystem::create_directories(models);  // a wrong folder shows before the training, not after
      const auto best = train(f, {.rounds = rounds}, [](int round, double rmse) {
        std::cout << fmt::format("[{}] validation-rmse:{:.6f}\n", round, rmse) << std::flush;
      });
      save(best, f.fitted, models);
      weir::create_markdown(report_key, report(best, std::chrono::system_clock::now()),
                            "the error of the model on the validation month");
      return best.rmse;
    },
    weir::arg("features"), weir::arg("models"), weir::arg("rounds"));

const auto main_flow = weir::flow(
    "main_flow",
    [](const std::string& train_path, const std::string& validation_path, const std::string& models, int rounds) {
      const auto train = read_data(train_path);
      const auto validation = read_data(validation_path);
      return train_best_model(add_features(train, validation), models, rounds);
    },
    weir::arg("train_path") = settings{}.train, weir::arg("val_path") = settings{}.validation,
    weir::arg("models") = settings{}.models, weir::arg("rounds") = settings{}.rounds);

}  // namespace

weir::outcome<double> run_pipeline(weir::runtime& rt, const settings& s) {
  return main_flow.on(rt).run(s.train, s.validation, s.models, s.rounds);
}

}  // namespace taxi
