// The taxi example against its numbers, and against files that are not what they should be.

#include "features.hpp"
#include "pipeline.hpp"
#include "report.hpp"
#include "support/catch2.hpp"
#include "support/files.hpp"
#include "support/printing.hpp"
#include "support/runtime.hpp"
#include "training.hpp"
#include "trips.hpp"

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <openssl/evp.h>
#include <parquet/arrow/writer.h>

#include <cmath>
#include <fstream>

using namespace weir_test;

namespace {

const std::string january = TAXI_DATA "/green_tripdata_2021-01.parquet";
const std::string february = TAXI_DATA "/green_tripdata_2021-02.parquet";

double seconds_of(const taxi::trips& t) {
  double sum = 0;
  for (const double m : t.minutes) sum += std::round(m * 60);
  return sum;
}

std::string sha256(const std::string& text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

/// A small month, to be written in every way that months are.
struct month {
  arrow::TimeUnit::type unit = arrow::TimeUnit::MICRO;
  std::string zone{};
  bool small_ids = false;
  bool float_distance = false;
  std::string leave_out{};
  std::string as_text{};
  std::string nested{};
  std::string nulls_in{};  // every tenth value of this column is not there
  std::int64_t seconds = 600;
  std::int64_t rows = 100;
  std::shared_ptr<parquet::WriterProperties> properties = parquet::default_writer_properties();
  std::int64_t rows_in_group = 1000;

  template <class Builder, class Value>
  std::shared_ptr<arrow::Array> column(const std::string& name, Builder&& builder, Value&& value) const {
    for (std::int64_t i = 0; i < rows; ++i)
      REQUIRE((name == nulls_in && i % 10 == 0 ? builder.AppendNull() : builder.Append(value(i))).ok());
    return *builder.Finish();
  }
  std::shared_ptr<arrow::Array> ids(const std::string& name, std::int64_t modulus) const {
    const auto id = [&](std::int64_t i) { return 1 + i % modulus; };
    if (!small_ids) return column(name, arrow::Int64Builder(), id);
    return column(name, arrow::Int32Builder(), [&](std::int64_t i) { return static_cast<std::int32_t>(id(i)); });
  }
  std::shared_ptr<arrow::Array> times(const std::string& name, std::int64_t later) const {
    const std::int64_t per_second = unit == arrow::TimeUnit::MILLI   ? 1'000
                                    : unit == arrow::TimeUnit::MICRO ? 1'000'000
                                                                     : 1'000'000'000;
    return column(name, arrow::TimestampBuilder(arrow::timestamp(unit, zone), arrow::default_memory_pool()),
                  [&](std::int64_t i) { return (1'609'459'200 + i + later) * per_second; });
  }
  void write(const std::string& path) const {
    arrow::FieldVector fields;
    arrow::ArrayVector arrays;
    const auto add = [&](const std::string& name, std::shared_ptr<arrow::Array> array) {
      if (name == leave_out) return;
      if (name == as_text) array = column(name, arrow::StringBuilder(), [](std::int64_t) { return "text"; });
      if (name == nested) array = *arrow::StructArray::Make({array}, {std::string("inner")});
      fields.push_back(arrow::field(name, array->type()));
      arrays.push_back(std::move(array));
    };
    add("VendorID", ids("VendorID", 2));
    add("lpep_pickup_datetime", times("lpep_pickup_datetime", 0));
    add("lpep_dropoff_datetime", times("lpep_dropoff_datetime", seconds));
    add("PULocationID", ids("PULocationID", 7));
    add("DOLocationID", ids("DOLocationID", 11));
    const auto miles = [](std::int64_t i) { return static_cast<float>(i) / 4; };
    add("trip_distance", float_distance ? column("trip_distance", arrow::FloatBuilder(), miles)
                                        : column("trip_distance", arrow::DoubleBuilder(), miles));
    const auto table = arrow::Table::Make(arrow::schema(fields), arrays);
    auto out = arrow::io::FileOutputStream::Open(path);
    REQUIRE(out.ok());
    REQUIRE(parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), *out, rows_in_group, properties).ok());
  }
};

template <class Error>
std::string message_of(const std::string& path) {
  try {
    taxi::read_trips(path);
  } catch (const Error& e) {
    return e.what();
  }
  return "not thrown";
}

}  // namespace

TEST_CASE("the bundled months have the trips and features of the Python original", "[taxi]") {
  const auto train = taxi::read_trips(january), validation = taxi::read_trips(february);
  CHECK(train.rows == 76518);
  CHECK(train.too_short == 1448);
  CHECK(train.too_long == 1162);
  CHECK(train.size() == 73908);
  CHECK(seconds_of(train) == 74'732'422);
  CHECK(validation.rows == 64572);
  CHECK(validation.too_short == 1129);
  CHECK(validation.too_long == 1522);
  CHECK(validation.size() == 61921);
  CHECK(seconds_of(validation) == 66'312'273);

  const auto f = taxi::make_features(train, validation);
  CHECK(f.train.x.value.size() == 147'816);
  CHECK(f.validation.x.value.size() == 118'585);
  CHECK(std::count(f.train.x.value.begin(), f.train.x.value.end(), 0.0f) == 1626);
  CHECK(std::count(f.validation.x.value.begin(), f.validation.x.value.end(), 0.0f) == 1379);
  CHECK(f.fitted.count_unseen(validation) == 5257);
  REQUIRE(f.fitted.names().size() == 13221);
  CHECK(f.fitted.names().front() == "PU_DO=100_168");
  CHECK(f.fitted.names().back() == "trip_distance");
  std::string joined;
  for (const auto& name : f.fitted.names()) joined += (joined.empty() ? "" : "\n") + name;
  CHECK(sha256(joined) == "41a1074bcbea3ebb1bc4c28c278d4653baabca41d6abd57cfea6f3673e115867");
}

TEST_CASE("the pipeline on the bundled months reaches the error of the Python original and records each step",
          "[taxi]") {
  temporary_folder folder;
  weir::runtime rt({.store = folder / "weir.db", .console = false});
  taxi::settings settings;
  settings.models = folder / "models";
  const auto& printed = consoles::cleared().out;
  const auto run = taxi::run_pipeline(rt, settings);
  REQUIRE(run);
  CHECK(run.result() == Approx(6.459853).margin(0.005));

  const auto tree = rt.store().run_tree(run.id());
  REQUIRE(tree.children.size() == 4);
  CHECK(tree.children[0].name == "read_data-0");
  CHECK(tree.children[3].name == "train_best_model-0");
  texts rounds;
  for (const auto& line : rt.store().logs({.task_run = tree.children[3].id})) rounds.push_back(line.message);
  CHECK(rounds.size() == 100);
  CHECK(rounds.back() == fmt::format("[99] validation-rmse:{:.6f}", run.result()));
  CHECK(lines_of(printed.text()) == rounds);
  const auto report = rt.store().artifact("duration-model-report").value();
  CHECK(report.type == "markdown");
  CHECK(report.flow_run == run.id());
  CHECK(report.task_run == tree.children[3].id);
  CHECK_THAT(report.data, ContainsSubstring(fmt::format("| {} | {:.6f} |\n", to_string(report.created_at).substr(0, 10),
                                                        run.result())));
  CHECK(taxi::find_report(rt.store(), run.id()) == report.data);
  for (const char* file : {"model.ubj", "vectorizer.json", "metrics.json"})
    CHECK(std::filesystem::file_size(folder / ("models/" + std::string(file))) > 100);
  std::ifstream metrics(folder / "models/metrics.json");
  CHECK_THAT(std::string(std::istreambuf_iterator<char>(metrics), {}), ContainsSubstring("\"best_iteration\": 99"));
}

TEST_CASE("a month reads the same however it was written", "[taxi]") {
  temporary_folder folder;
  month{}.write(folder / "plain.parquet");
  const auto expected = taxi::read_trips(folder / "plain.parquet");
  REQUIRE(expected.size() == 100);

  month m;
  parquet::WriterProperties::Builder properties;
  SECTION("ZSTD") { properties.compression(parquet::Compression::ZSTD); }
  SECTION("SNAPPY") { properties.compression(parquet::Compression::SNAPPY); }
  SECTION("GZIP") { properties.compression(parquet::Compression::GZIP); }
  SECTION("plain pages") { properties.disable_dictionary(); }
  SECTION("several row groups") { m.rows_in_group = 7; }
  SECTION("INT32 ids") { m.small_ids = true; }
  SECTION("float distances") { m.float_distance = true; }
  SECTION("milliseconds") { m.unit = arrow::TimeUnit::MILLI; }
  SECTION("nanoseconds in a time zone") {
    m.unit = arrow::TimeUnit::NANO;
    m.zone = "UTC";
    properties.version(parquet::ParquetVersion::PARQUET_2_6);
  }
  m.properties = properties.build();
  m.write(folder / "other.parquet");
  const auto read = taxi::read_trips(folder / "other.parquet");
  CHECK(read.pickup == expected.pickup);
  CHECK(read.dropoff == expected.dropoff);
  CHECK(read.distance == expected.distance);
  CHECK(read.minutes == expected.minutes);
}

TEST_CASE("trips without a date are left out, missing ids are called unknown, missing distances stay missing",
          "[taxi]") {
  temporary_folder folder;
  const auto read = [&](const std::string& nulls_in) {
    month m;
    m.nulls_in = nulls_in;
    m.write(folder / "nulls.parquet");
    return taxi::read_trips(folder / "nulls.parquet");
  };
  for (const char* time : {"lpep_pickup_datetime", "lpep_dropoff_datetime"}) {
    CHECK(read(time).undated == 10);
    CHECK(read(time).size() == 90);
  }
  const auto no_pickup = read("PULocationID"), no_dropoff = read("DOLocationID"), no_distance = read("trip_distance");
  CHECK(no_pickup.pickup.at(10) == "unknown");
  CHECK(no_pickup.dropoff.at(10) == "11");
  CHECK(no_dropoff.dropoff.at(10) == "unknown");
  CHECK(no_dropoff.pickup.at(10) == "4");
  CHECK(std::isnan(no_distance.distance.at(10)));
  CHECK(no_distance.distance.at(11) == 2.75);
  for (const auto* month : {&no_pickup, &no_dropoff, &no_distance}) CHECK(month->size() == 100);
}

TEST_CASE("training ends when twenty rounds in a row were no better than the best", "[taxi]") {
  // Each round moves the predictions from 0.5 towards 60 minutes, and past the 5 that are measured against at once.
  const auto lasting = [](double minutes) {
    taxi::trips t;
    for (int i = 0; i < 50; ++i) {
      t.pickup.push_back("1");
      t.dropoff.push_back("2");
      t.distance.push_back(i);
      t.minutes.push_back(minutes);
    }
    return t;
  };
  std::vector<double> errors;
  const auto on_round = [&](int round, double rmse) {
    CHECK(round == static_cast<int>(errors.size()));
    errors.push_back(rmse);
  };
  const auto trained =
      taxi::train(taxi::make_features(lasting(60), lasting(5)), {.rounds = 100, .threads = 1}, on_round);
  CHECK(trained.best_iteration == 0);
  REQUIRE(errors.size() == 21);
  CHECK(trained.rmse == errors.back());
  CHECK(trained.rmse > errors.front());

  temporary_folder folder;
  const auto path = folder / "no such folder/model.ubj";
  CHECK_THROWS_WITH(trained.trees.save(path), ContainsSubstring(path + ": cannot be written: ") &&
                                                  ContainsSubstring("look at its folder") &&
                                                  !ContainsSubstring("Stack trace"));
}

TEST_CASE("the bounds of an hour and a minute belong to the trips that are kept", "[taxi]") {
  temporary_folder folder;
  const auto kept = [&](std::int64_t seconds) {
    month m;
    m.seconds = seconds;
    m.write(folder / "m.parquet");
    try {
      return taxi::read_trips(folder / "m.parquet").size();
    } catch (const taxi::data_error&) {
      return std::size_t{0};
    }
  };
  CHECK(kept(59) == 0);
  CHECK(kept(60) == 100);
  CHECK(kept(3600) == 100);
  CHECK(kept(3601) == 0);
}

TEST_CASE("a bad month is an error that names the file, the column and the remedy", "[taxi]") {
  temporary_folder folder;
  const auto path = folder / "bad.parquet";
  const auto named = ContainsSubstring("bad.parquet: ");
  SECTION("a missing column") {
    month m;
    m.leave_out = "trip_distance";
    m.write(path);
    CHECK_THAT(message_of<taxi::data_error>(path),
               named && ContainsSubstring("no column trip_distance") && ContainsSubstring("this file has VendorID"));
  }
  SECTION("a column of another type") {
    month m;
    m.as_text = GENERATE("lpep_pickup_datetime", "PULocationID", "trip_distance");
    m.write(path);
    CHECK_THAT(
        message_of<taxi::data_error>(path),
        named && ContainsSubstring("column " + m.as_text + " is of type string") && ContainsSubstring("give a month"));
  }
  SECTION("a column with columns inside") {
    month m;
    m.nested = "trip_distance";
    m.write(path);
    CHECK_THAT(message_of<taxi::data_error>(path), named &&
                                                       ContainsSubstring("column trip_distance has columns inside") &&
                                                       ContainsSubstring("give a month"));
  }
  SECTION("a month without trips") {
    month m;
    m.rows = 0;
    m.write(path);
    CHECK_THAT(message_of<taxi::data_error>(path), named && ContainsSubstring("none of its 0 trips"));
  }
  SECTION("a month in which no trip survives the filter") {
    month m;
    m.seconds = 5;
    m.write(path);
    CHECK_THAT(message_of<taxi::data_error>(path), named && ContainsSubstring("none of its 100 trips") &&
                                                       ContainsSubstring("look at lpep_pickup_datetime"));
  }
  SECTION("a truncated file") {
    std::filesystem::copy_file(january, path);
    std::filesystem::resize_file(path, 700'000);
    CHECK_THAT(message_of<taxi::data_error>(path),
               named && ContainsSubstring("not a whole Parquet file") && ContainsSubstring("download it again"));
  }
  SECTION("a file whose middle is damaged") {
    std::filesystem::copy_file(january, path);
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    for (int at = 20'000; at < 1'200'000; at += 20'000) {
      file.seekp(at);
      file.write("damaged", 7);
    }
    file.close();
    CHECK_THAT(message_of<taxi::data_error>(path), named && ContainsSubstring("download it again"));
  }
  SECTION("an empty file") {
    std::ofstream{path};
    CHECK_THAT(message_of<taxi::data_error>(path),
               named && ContainsSubstring("not a whole Parquet file") && ContainsSubstring("download it again"));
  }
  SECTION("something else") {
    std::ofstream(path) << "hello, this is not a Parquet file at all, but a text of some length\n";
    CHECK_THAT(message_of<taxi::data_error>(path),
               named && ContainsSubstring("not a whole Parquet file") && ContainsSubstring("download it again"));
  }
  SECTION("a folder") {
    std::filesystem::create_directory(path);
    CHECK_THAT(message_of<taxi::data_error>(path), named && ContainsSubstring("is a folder; give the path"));
  }
  SECTION("no file") {
    CHECK_THAT(message_of<taxi::read_failure>(path),
               named && ContainsSubstring("No such file or directory") && ContainsSubstring("look at the path"));
  }
}

TEST_CASE("features are made once for two months, whatever else changes", "[taxi][cache]") {
  temporary_folder folder;
  const auto states = [&](weir::runtime& rt) {
    std::string out;
    for (const auto& run : rt.store().task_runs({.task = "add_features"})) out += run.state.name + " ";
    return out;
  };
  taxi::settings settings;
  settings.models = folder / "models";
  settings.rounds = 2;
  double first = 0;
  {
    weir::runtime rt({.store = folder / "weir.db", .console = false});
    first = taxi::run_pipeline(rt, settings).result();
  }
  weir::runtime rt({.store = folder / "weir.db", .console = false});
  CHECK(taxi::run_pipeline(rt, settings).result() == first);
  settings.rounds = 3;
  CHECK(taxi::run_pipeline(rt, settings).result() != first);
  CHECK(states(rt) == "Completed Cached Cached ");
  std::swap(settings.train, settings.validation);
  CHECK(taxi::run_pipeline(rt, settings));
  CHECK(states(rt) == "Completed Cached Cached Completed ");
  const auto runs = rt.store().task_runs({.task = "add_features"});
  CHECK(rt.explain_cache(runs[3].id).changed.size() == 2);
}

TEST_CASE("only failures to read are retried", "[taxi]") {
  temporary_folder folder;
  virtual_runtime t;
  taxi::settings settings;
  settings.train = folder / "missing.parquet";
  settings.models = folder / "models";
  CHECK_FALSE(taxi::run_pipeline(t.runtime, settings));
  CHECK(t.only("read_data").attempts == 4);
  CHECK(t.executor->waits() == std::vector<weir::duration>(3, weir::duration(std::chrono::seconds(2))));

  std::ofstream(folder / "wrong.parquet") << "not a Parquet file";
  settings.train = folder / "wrong.parquet";
  CHECK_FALSE(taxi::run_pipeline(t.runtime, settings));
  CHECK(t.store().task_runs({.task = "read_data"}).at(1).attempts == 1);
}
