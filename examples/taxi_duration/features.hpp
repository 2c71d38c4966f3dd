// Features: what a model sees of a trip.

#pragma once

#include "trips.hpp"

#include <cstdint>
#include <unordered_map>

namespace taxi {

/// Rows of features, only those that are there (CSR). A feature that is absent is missing, not zero.
struct matrix {
  std::vector<std::size_t> row_begin{0};  // one more than rows
  std::vector<std::uint32_t> feature;
  std::vector<float> value;
  std::size_t features = 0;

  std::size_t rows() const { return row_begin.size() - 1; }
};

/// Turns trips into rows: "PU_DO=<pickup>_<dropoff>" is 1 for the pair of the trip, "trip_distance" its distance.
/// Knows the pairs of the month that it was fitted on; others are dropped.
class vectorizer {
 public:
  /// Sorts the names of the features byte by byte, as a dictionary vectoriser does.
  static vectorizer fit(const trips&);
  /// One that was fitted before. \param names  as names() gave them
  explicit vectorizer(std::vector<std::string> names);

  matrix transform(const trips&) const;
  const std::vector<std::string>& names() const { return names_; }
  /// Trips whose pair was not in the month it was fitted on.
  std::size_t count_unseen(const trips&) const;

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::uint32_t> index_;  // of the pairs
};

struct dataset {
  matrix x;
  std::vector<float> y;  // minutes
};

struct features {
  dataset train, validation;
  vectorizer fitted;
};

features make_features(const trips& train, const trips& validation);

}  // namespace taxi
