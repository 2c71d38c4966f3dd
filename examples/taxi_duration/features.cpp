#include "features.hpp"

#include <set>

namespace taxi {
namespace {

constexpr const char* distance_name = "trip_distance";

std::string pair_of(const trips& t, std::size_t i) { return "PU_DO=" + t.pickup[i] + "_" + t.dropoff[i]; }

}  // namespace

vectorizer vectorizer::fit(const trips& t) {
  std::set<std::string> names{distance_name};
  for (std::size_t i = 0; i < t.size(); ++i) names.insert(pair_of(t, i));
  return vectorizer({names.begin(), names.end()});
}

vectorizer::vectorizer(std::vector<std::string> names) : names_(std::move(names)) {
  for (std::size_t i = 0; i < names_.size(); ++i) index_.emplace(names_[i], static_cast<std::uint32_t>(i));
}

matrix vectorizer::transform(const trips& t) const {
  matrix m;
  m.features = names_.size();
  const auto distance = index_.at(distance_name);  // the last: its name sorts behind "PU_DO="
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (const auto pair = index_.find(pair_of(t, i)); pair != index_.end()) {
      m.feature.push_back(pair->second);
      m.value.push_back(1);
    }
    m.feature.push_back(distance);
    m.value.push_back(static_cast<float>(t.distance[i]));
    m.row_begin.push_back(m.value.size());
  }
  return m;
}

std::size_t vectorizer::count_unseen(const trips& t) const {
  std::size_t unseen = 0;
  for (std::size_t i = 0; i < t.size(); ++i) unseen += !index_.contains(pair_of(t, i));
  return unseen;
}

features make_features(const trips& train, const trips& validation) {
  auto fitted = vectorizer::fit(train);
  const auto dataset_of = [&fitted](const trips& t) {
    return dataset{fitted.transform(t), {t.minutes.begin(), t.minutes.end()}};
  };
  auto training = dataset_of(train);
  return {std::move(training), dataset_of(validation), std::move(fitted)};
}

}  // namespace taxi
