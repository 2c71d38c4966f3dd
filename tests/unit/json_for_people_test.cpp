// What is written for people has no encodings that only a codec reads.

#include "support/catch2.hpp"
#include "support/codecs.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <map>
#include <numeric>

using namespace weir::testing;

namespace {

template <class T>
std::string shown(const T& v) {
  std::vector<char> out;
  auto w = weir::json_writer::for_people(out);
  weir::codec<T>::write(w, v);
  return {out.data(), out.size()};
}

}  // namespace

TEST_CASE("a long row of numbers is shown as numbers", "[core][codec]") {
  std::vector<double> row(1000);
  std::iota(row.begin(), row.end(), 0);
  CHECK(nlohmann::json::parse(shown(row)).get<std::vector<double>>() == row);
  CHECK(nlohmann::json::parse(shown(std::map<std::string, std::vector<double>>{{"x", row}}))["x"].size() == 1000);
  CHECK_THAT(written(row), ContainsSubstring("base64"));
}

TEST_CASE("a text that is not UTF-8 is shown as a string all the same", "[core][codec]") {
  CHECK(shown(std::string("a\xff")) == "\"a\xef\xbf\xbd\"");
  CHECK(shown(std::map<std::string, int>{{"k\xff", 1}}) == "{\"k\xef\xbf\xbd\":1}");
  CHECK(shown(nlohmann::json("a\xff")) == "\"a\xef\xbf\xbd\"");
}

TEST_CASE("nlohmann values are shown without a dtype", "[core][codec]") {
  CHECK(shown(nlohmann::json(std::nan(""))) == "\"NaN\"");
  CHECK(shown(nlohmann::json(1.0)) == "1.0");
  CHECK(shown(nlohmann::json{{"dtype", "car"}, {"k\xff", 1}}) == "{\"dtype\":\"car\",\"k\xef\xbf\xbd\":1}");
}
