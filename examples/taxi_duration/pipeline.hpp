// The pipeline: the steps as tasks, and the flow that calls them.

#pragma once

#include <weir/weir.hpp>

#include <string>

namespace taxi {

/// The bundled months, unless told otherwise.
struct settings {
  std::string train = TAXI_DATA "/green_tripdata_2021-01.parquet";
  std::string validation = TAXI_DATA "/green_tripdata_2021-02.parquet";
  std::string models = "models";
  int rounds = 100;
};

/// Trains on one month, measures on another, and leaves the model and what belongs to it in the folder `models`.
/// \return the run with the root mean squared error on the validation month, in minutes
weir::outcome<double> run_pipeline(weir::runtime&, const settings& = {});

}  // namespace taxi
