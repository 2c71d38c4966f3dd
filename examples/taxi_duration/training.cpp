#include "training.hpp"

#include <fmt/format.h>
#include <xgboost/c_api.h>

#include <algorithm>
#include <cmath>
#include <thread>

namespace taxi {
namespace {

// What XGBoost says went wrong, without the stack that it prints below.
std::string last_error() {
  const std::string text = XGBGetLastError();
  return text.substr(0, text.find("\nStack trace"));
}

void check(int status) {
  if (status != 0) throw std::runtime_error("XGBoost: " + last_error());
}

/// A dataset as XGBoost holds it.
class loaded {
 public:
  explicit loaded(const dataset& d) : matrix_(nullptr, &release), rows_(d.y.size()) {
    DMatrixHandle made = nullptr;
    check(XGDMatrixCreateFromCSREx(d.x.row_begin.data(), d.x.feature.data(), d.x.value.data(), d.x.row_begin.size(),
                                   d.x.value.size(), d.x.features, &made));
    matrix_.reset(made);
    check(XGDMatrixSetFloatInfo(made, "label", d.y.data(), d.y.size()));
  }
  DMatrixHandle handle() const { return matrix_.get(); }
  std::size_t rows() const { return rows_; }

 private:
  static void release(DMatrixHandle m) { XGDMatrixFree(m); }
  std::unique_ptr<void, void (*)(DMatrixHandle)> matrix_;
  std::size_t rows_;
};

// The parameters of the model that this reproduces. tree_method and base_score are what XGBoost 1.x chose by itself at
// this size; later versions choose otherwise.
std::map<std::string, std::string> parameters_for(const training_options& o) {
  // Not more than two: hardware_concurrency knows nothing of a container's quota, and a month this size gains little.
  const int threads =
      o.threads > 0 ? o.threads : std::clamp(static_cast<int>(std::thread::hardware_concurrency()) - 1, 1, 2);
  return {{"objective", "reg:squarederror"},
          {"learning_rate", "0.09585355369315604"},
          {"max_depth", "30"},
          {"min_child_weight", "1.060597050922164"},
          {"alpha", "0.018060244040060163"},
          {"lambda", "0.011658731377413597"},
          {"seed", "42"},
          {"tree_method", "exact"},
          {"base_score", "0.5"},
          {"eval_metric", "rmse"},
          {"nthread", std::to_string(threads)},
          {"verbosity", "1"}};
}

double rmse_of(const model& m, const loaded& data, const std::vector<float>& truth) {
  bst_ulong length = 0;
  const float* predicted = nullptr;
  check(XGBoosterPredict(m.handle(), data.handle(), 0, 0, 0, &length, &predicted));
  double sum = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) sum += std::pow(double{predicted[i]} - double{truth[i]}, 2);
  return std::sqrt(sum / static_cast<double>(truth.size()));
}

}  // namespace

void model::release(void* booster) { XGBoosterFree(booster); }
void model::save(const std::filesystem::path& file) const {
  if (XGBoosterSaveModel(booster_.get(), file.c_str()) != 0)
    throw std::runtime_error(fmt::format("{}: cannot be written: {}; look at its folder and at the room on the disk",
                                         file.string(), last_error()));
}

trained train(const features& f, const training_options& options, const std::function<void(int, double)>& on_round) {
  const loaded training(f.train), validation(f.validation);
  BoosterHandle made = nullptr;
  const DMatrixHandle cached[] = {training.handle(), validation.handle()};
  check(XGBoosterCreate(cached, 2, &made));
  trained out{model(made), 0, 0, parameters_for(options)};
  for (const auto& [name, value] : out.parameters) check(XGBoosterSetParam(made, name.c_str(), value.c_str()));

  double best = HUGE_VAL;
  for (int round = 0; round < options.rounds && round - out.best_iteration <= options.patience; ++round) {
    check(XGBoosterUpdateOneIter(made, round, training.handle()));
    const double error = rmse_of(out.trees, validation, f.validation.y);
    on_round(round, error);
    if (error < best) best = error, out.best_iteration = round;
    out.rmse = error;
  }
  return out;
}

}  // namespace taxi
