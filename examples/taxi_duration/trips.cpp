#include "trips.hpp"

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>
#include <parquet/exception.h>

#include <cmath>
#include <functional>
#include <limits>

namespace taxi {
namespace {

constexpr const char* columns[] = {"lpep_pickup_datetime", "lpep_dropoff_datetime", "PULocationID", "DOLocationID",
                                   "trip_distance"};

[[noreturn]] void bad_data(const std::filesystem::path& file, const std::string& what, const std::string& remedy) {
  throw data_error(fmt::format("{}: {}; {}", file.string(), what, remedy));
}

// What Arrow says about a failure: reading failed, or what was read makes no sense. Broken pages are I/O errors to it
// too, but only the operating system's carry a detail, its error number.
[[noreturn]] void give_up(const std::filesystem::path& file, const arrow::Status& status) {
  if (status.IsIOError() && status.detail())
    throw read_failure(
        fmt::format("{}: cannot be read: {} {}; look at the path, and whether its disk or share is there",
                    file.string(), status.message(), status.detail()->ToString()));
  bad_data(file, "not a whole Parquet file (" + status.message() + ")",
           "download it again, or give a month as the commission publishes it");
}

std::shared_ptr<arrow::Table> read_table(const std::filesystem::path& file) {
  if (std::error_code ignored; std::filesystem::is_directory(file, ignored))
    bad_data(file, "is a folder", "give the path of a Parquet file");
  auto opened = arrow::io::ReadableFile::Open(file.string());
  if (!opened.ok()) give_up(file, opened.status());
  auto reader = parquet::arrow::OpenFile(*opened, arrow::default_memory_pool());
  if (!reader.ok()) give_up(file, reader.status());

  const auto* schema = (*reader)->parquet_reader()->metadata()->schema();
  std::vector<int> wanted;
  for (const char* name : columns) {
    const int i = schema->ColumnIndex(name);
    if (i < 0) {
      const auto& root = *schema->group_node();
      if (root.FieldIndex(name) >= 0)
        bad_data(file, fmt::format("column {} has columns inside, which cannot be read as one value", name),
                 "give a month as the commission publishes it");
      std::string there;
      for (int k = 0; k < root.field_count(); ++k) there += (k ? ", " : "") + root.field(k)->name();
      bad_data(file, fmt::format("there is no column {}", name),
               fmt::format("give a month of green-taxi trips (this file has {})", there));
    }
    wanted.push_back(i);
  }
  auto table = (*reader)->ReadTable(wanted);
  if (!table.ok()) give_up(file, table.status());
  return *table;
}

[[noreturn]] void wrong_type(const std::filesystem::path& file, const std::string& column, const arrow::DataType& found,
                             const char* expected) {
  bad_data(file, fmt::format("column {} is of type {}, which cannot be read as {}", column, found.ToString(), expected),
           "give a month as the commission publishes it");
}

// Calls put(row, value) for each value of a chunk that is there.
template <class Array, class Put>
void each_value(const arrow::Array& chunk, std::size_t first, Put&& put) {
  const auto& values = static_cast<const Array&>(chunk);
  for (std::int64_t i = 0; i < values.length(); ++i)
    if (values.IsValid(i)) put(first + static_cast<std::size_t>(i), values.Value(i));
}

// Seconds since 1970; NaN where there is none.
std::vector<double> times(const arrow::ChunkedArray& column, const std::filesystem::path& file, const char* name) {
  if (column.type()->id() != arrow::Type::TIMESTAMP) wrong_type(file, name, *column.type(), "a time");
  const auto unit = static_cast<const arrow::TimestampType&>(*column.type()).unit();
  const double per_second = unit == arrow::TimeUnit::SECOND  ? 1
                            : unit == arrow::TimeUnit::MILLI ? 1e3
                            : unit == arrow::TimeUnit::MICRO ? 1e6
                                                             : 1e9;
  std::vector<double> out(static_cast<std::size_t>(column.length()), std::numeric_limits<double>::quiet_NaN());
  std::size_t first = 0;
  for (const auto& chunk : column.chunks()) {
    each_value<arrow::TimestampArray>(
        *chunk, first, [&](std::size_t row, std::int64_t v) { out[row] = static_cast<double>(v) / per_second; });
    first += static_cast<std::size_t>(chunk->length());
  }
  return out;
}

std::vector<double> numbers(const arrow::ChunkedArray& column, const std::filesystem::path& file, const char* name) {
  std::vector<double> out(static_cast<std::size_t>(column.length()), std::numeric_limits<double>::quiet_NaN());
  std::size_t first = 0;
  for (const auto& chunk : column.chunks()) {
    const auto put = [&](std::size_t row, auto v) { out[row] = static_cast<double>(v); };
    switch (column.type()->id()) {
      case arrow::Type::DOUBLE: each_value<arrow::DoubleArray>(*chunk, first, put); break;
      case arrow::Type::FLOAT: each_value<arrow::FloatArray>(*chunk, first, put); break;
      case arrow::Type::INT64: each_value<arrow::Int64Array>(*chunk, first, put); break;
      case arrow::Type::INT32: each_value<arrow::Int32Array>(*chunk, first, put); break;
      default: wrong_type(file, name, *column.type(), "a number");
    }
    first += static_cast<std::size_t>(chunk->length());
  }
  return out;
}

std::vector<std::string> ids(const arrow::ChunkedArray& column, const std::filesystem::path& file, const char* name) {
  const auto type = column.type()->id();
  if (type != arrow::Type::INT64 && type != arrow::Type::INT32) wrong_type(file, name, *column.type(), "a location id");
  std::vector<std::string> out;
  for (const double v : numbers(column, file, name))
    out.push_back(std::isnan(v) ? "unknown" : std::to_string(static_cast<std::int64_t>(v)));
  return out;
}

}  // namespace

trips read_trips(const std::filesystem::path& file) try {
  const auto table = read_table(file);
  const auto column = [&](int i) -> const arrow::ChunkedArray& { return *table->GetColumnByName(columns[i]); };
  const auto pickup_at = times(column(0), file, columns[0]), dropoff_at = times(column(1), file, columns[1]);
  auto pickup = ids(column(2), file, columns[2]), dropoff = ids(column(3), file, columns[3]);
  const auto distance = numbers(column(4), file, columns[4]);

  trips out;
  out.rows = pickup_at.size();
  for (std::size_t i = 0; i < out.rows; ++i) {
    const double seconds = dropoff_at[i] - pickup_at[i];
    if (std::isnan(seconds)) ++out.undated;
    else if (seconds < 60) ++out.too_short;
    else if (seconds > 3600) ++out.too_long;
    else {
      out.pickup.push_back(std::move(pickup[i]));
      out.dropoff.push_back(std::move(dropoff[i]));
      out.distance.push_back(distance[i]);
      out.minutes.push_back(seconds / 60);
    }
  }
  if (out.size() == 0)
    bad_data(file, fmt::format("none of its {} trips lasted from 1 to 60 minutes", out.rows),
             "look at lpep_pickup_datetime and lpep_dropoff_datetime");
  return out;
} catch (const parquet::ParquetException& e) {
  bad_data(file, std::string("not a whole Parquet file (") + e.what() + ")",
           "download it again, or give a month as the commission publishes it");
}

}  // namespace taxi
