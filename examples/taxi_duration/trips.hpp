// Reading: a month of green-taxi trips from a Parquet file.

#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace taxi {

/// The file could not be read, or is not there: worth another try, a network share may be late.
struct read_failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// The file was read and is not what it should be: another try changes nothing.
struct data_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The trips of a month that lasted from one to sixty minutes, both included. One entry a trip in each vector.
struct trips {
  std::vector<std::string> pickup;  // location ids as text; "unknown" where the file has none
  std::vector<std::string> dropoff;
  std::vector<double> distance;  // miles; NaN where the file has none
  std::vector<double> minutes;

  // What was left out, and why.
  std::size_t rows = 0;       // in the file
  std::size_t too_short = 0;  // under a minute
  std::size_t too_long = 0;   // over an hour
  std::size_t undated = 0;    // without a time of pickup or dropoff

  std::size_t size() const { return minutes.size(); }
};

/// Reads only the five columns that it needs; any codec, integer width, unit of time and number of row groups will do.
/// \throws read_failure  the file cannot be opened or read
/// \throws data_error    it is no Parquet file, a column is missing or of another type, no trip is left; says which and
///                       what to do
trips read_trips(const std::filesystem::path& file);

}  // namespace taxi
