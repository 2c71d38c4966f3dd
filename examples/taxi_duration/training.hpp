// Training: gradient-boosted trees that predict the minutes of a trip.

#pragma once

#include "features.hpp"

#include <functional>
#include <map>
#include <memory>

namespace taxi {

struct training_options {
  int rounds = 100;
  int patience = 20;  // rounds without a better validation error before training stops
  int threads = 0;    // 0: one less than the cores, but 1 or 2; more threads than free cores make XGBoost spin
};

/// A trained model. Movable; frees itself.
class model {
 public:
  explicit model(void* booster) : booster_(booster, &release) {}
  void* handle() const { return booster_.get(); }
  /// UBJSON where the name ends in .ubj, else JSON.
  void save(const std::filesystem::path& file) const;

 private:
  static void release(void*);
  std::unique_ptr<void, void (*)(void*)> booster_;
};

struct trained {
  model trees;
  double rmse = 0;  // over the validation month, with all trees
  int best_iteration = 0;
  std::map<std::string, std::string> parameters;
};

/// \param on_round  told the validation error after each round, counted from 0
trained train(const features&, const training_options&, const std::function<void(int round, double rmse)>& on_round);

}  // namespace taxi
