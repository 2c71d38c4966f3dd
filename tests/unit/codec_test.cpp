// How values are written, case by case. That every value reads back is codec_property_test's business.

#include "support/catch2.hpp"
#include "support/codecs.hpp"

#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <memory_resource>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <variant>

using namespace weir::testing;

namespace {
struct no_codec_at_all {};
enum class answer : bool { no, yes };
}  // namespace

TEST_CASE("a text that is not UTF-8 is written as bytes", "[core][codec]") {
  CHECK(written(std::string("r\xc3\xa9sum\xc3\xa9\n\"")) == "\"r\xc3\xa9sum\xc3\xa9\\n\\\"\"");
  CHECK(written(std::string("a\xff")) == R"({"dtype":"text","base64":"Yf8="})");
  CHECK(read_back<std::string>(R"({"dtype":"text","base64":"Yf8="})") == "a\xff");
  CHECK(read_back<std::filesystem::path>(written(std::filesystem::path("/tmp/\xfe//x"))) == "/tmp/\xfe//x");
  CHECK(read_back<std::pmr::string>(R"("x")") == "x");
  CHECK(written(static_cast<const char*>(nullptr)) == "null");
}

TEST_CASE("numbers keep their sign, their range and what is no number", "[core][codec]") {
  CHECK(written(-0.0) == "-0.0");
  CHECK(written(0.0) == "0");
  CHECK(std::signbit(read_back<double>("-0.0")));
  CHECK(written(0.1f) == "0.1");
  // As a double, its shortest text 7.038531e-26 lies half-way to the next float.
  const float rare = 0x1.5c87fap-84f;
  CHECK(read_back<float>("7.038531e-26") != rare);
  CHECK(read_back<float>(written(rare)) == rare);
  CHECK(read_back<float>(written(-rare)) == -rare);
  CHECK(written(std::nan("")) == R"("NaN")");
  CHECK(written(std::vector{HUGE_VAL, -HUGE_VAL, std::nan("")}) == R"(["Infinity","-Infinity","NaN"])");
  CHECK(read_back<std::uint64_t>(written(UINT64_MAX)) == UINT64_MAX);
  CHECK(read_back<std::int64_t>(written(INT64_MIN)) == INT64_MIN);
  CHECK(written(answer::yes) == "true");
}

TEST_CASE("a number that does not fit its type is an error that says so", "[core][codec]") {
  CHECK(bad_value([] { read_back<std::uint8_t>("256"); }) ==
        "expected a value that fits unsigned char, found number 256");
  CHECK(bad_value([] { read_back<int>("2147483648"); }) == "expected a value that fits int, found number 2147483648");
  CHECK(bad_value([] { read_back<unsigned>("-1"); }) == "expected an integer of 0 or more, found number -1");
  CHECK(bad_value([] { read_back<std::int64_t>("9223372036854775808"); }) ==
        "expected an integer below 2^63, found number 9223372036854775808");
  CHECK(bad_value([] { read_back<int>("1.5"); }) == "expected an integer, found number 1.5");
  CHECK(bad_value([] { read_back<bool>("1"); }) == "expected true or false, found number 1");
}

TEST_CASE("what has no exact form has no codec", "[core][codec]") {
  STATIC_REQUIRE_FALSE(weir::has_codec<long double>);
  STATIC_REQUIRE_FALSE(weir::has_codec<std::vector<long double>>);
  STATIC_REQUIRE_FALSE(weir::has_codec<std::chrono::duration<long double>>);
  STATIC_REQUIRE_FALSE(weir::has_codec<std::chrono::steady_clock::time_point>);
  STATIC_REQUIRE_FALSE(weir::has_codec<std::map<std::string, no_codec_at_all>>);
  STATIC_REQUIRE_FALSE(weir::has_codec<std::variant<int, no_codec_at_all>>);
  STATIC_REQUIRE(weir::has_codec<std::span<const double>>);
  STATIC_REQUIRE_FALSE(weir::has_reader<std::span<const double>>);
  STATIC_REQUIRE(weir::has_codec<std::string_view>);
  STATIC_REQUIRE_FALSE(weir::has_reader<std::string_view>);
  STATIC_REQUIRE_FALSE(weir::has_reader<std::optional<std::string_view>>);
}

TEST_CASE("a row of numbers is plain up to 32 elements, then bytes", "[core][codec]") {
  CHECK(written(std::vector<int>(32)).front() == '[');
  CHECK(written(std::vector<int>(33)).starts_with(R"({"dtype":"<i4","base64":"AAAA)"));
  CHECK(written(std::vector<std::byte>(33)).starts_with(R"({"dtype":"|u1",)"));
  CHECK(written(std::array<float, 33>{}).starts_with(R"({"dtype":"<f4",)"));
  const std::vector<double> row(33, 1.5);
  CHECK(written(std::span<const double>(row)) == written(row));
  // A list is not in a row.
  CHECK(written(std::vector<bool>(33)).front() == '[');
}

TEST_CASE("a row of numbers reads from both forms, and from bytes of its own type alone", "[core][codec]") {
  std::string plain = "[0";
  for (int i = 1; i < 100; ++i) plain += "," + std::to_string(i);
  const auto row = read_back<std::vector<int>>(plain + "]");
  REQUIRE(row.size() == 100);
  CHECK(row[99] == 99);
  CHECK(read_back<std::vector<int>>(written(row)) == row);
  CHECK(bad_value([&] { read_back<std::vector<float>>(written(row)); }) ==
        R"(expected bytes with dtype "<f4", found dtype "<i4")");
  CHECK(bad_value([] { read_back<std::vector<int>>(R"({"dtype":"<i4","base64":"AAAA"})"); }).find("fits") !=
        std::string::npos);
  CHECK(bad_value([] { read_back<std::array<int, 33>>(written(std::vector<int>(34))); }).find("fits") !=
        std::string::npos);
  CHECK(bad_value([] { read_back<std::vector<int>>(R"({"dtype":"<i4"})"); }) ==
        R"(expected an array, found object {"dtype":"<i4"})");
}

TEST_CASE("none, a value that is null, and null inside of arrays are told apart", "[core][codec]") {
  using inner = std::optional<int>;
  using middle = std::optional<inner>;
  CHECK(written(middle()) == "null");
  CHECK(written(middle(inner())) == "[null]");
  CHECK(written(middle(inner(3))) == "3");
  CHECK(written(std::optional<middle>(middle(inner()))) == "[[null]]");
  CHECK(written(std::optional(std::vector<inner>{std::nullopt})) == "[null]");
  CHECK(written(std::vector{middle(), middle(inner())}) == "[null,[null]]");
}

TEST_CASE("a map is an object where it can be one", "[core][codec]") {
  CHECK(written(std::map<std::string, int>{{"a", 1}, {"b", 2}}) == R"({"a":1,"b":2})");
  CHECK(written(std::map<int, int>{{1, 2}}) == "[[1,2]]");
  CHECK(written(std::multimap<std::string, int>{{"a", 1}, {"a", 2}}) == R"([["a",1],["a",2]])");
  CHECK(written(std::map<std::string, int>{{"a", 1}, {"\xff", 2}}) ==
        R"([["a",1],[{"dtype":"text","base64":"/w=="},2]])");
  CHECK(read_back<std::multimap<std::string, int>>(R"({"a":1})").count("a") == 1);
  CHECK(read_back<std::map<std::string, int>>(R"([["a",1]])").at("a") == 1);
  CHECK(bad_value([] { read_back<std::map<std::string, int>>(R"([["a",1,2]])"); }) ==
        R"(expected an array of 2, found array ["a",1,2])");
}

TEST_CASE("unordered containers are written in the order of their keys as text", "[core][codec]") {
  std::unordered_map<int, int> numbers;
  std::unordered_set<std::string> words;
  for (int i = 0; i < 100; ++i) {
    numbers[(i * 37) % 100] = i;
    words.insert("w" + std::to_string(i));
  }
  std::unordered_map<int, int> other(1000);
  for (int i = 99; i >= 0; --i) other[(i * 37) % 100] = i;
  CHECK(written(numbers) == written(other));
  CHECK(written(numbers).starts_with("[[0,0],[1,73],[10,30],[11,3],"));
  CHECK(written(words).starts_with(R"(["w0","w1","w10","w11",)"));
  CHECK(written(std::unordered_multimap<int, int>{{1, 2}, {1, 1}, {0, 3}}) == "[[0,3],[1,1],[1,2]]");
}

TEST_CASE("a variant says which alternative it holds", "[core][codec]") {
  using value = std::variant<std::monostate, int, double>;
  CHECK(written(value()) == "[0,null]");
  CHECK(written(value(2)) == "[1,2]");
  CHECK(written(value(2.0)) == "[2,2]");
  CHECK(read_back<value>("[2,2]") == value(2.0));
  CHECK(bad_value([] { read_back<value>("[3,2]"); }) ==
        "expected a value that fits one of the alternatives of a variant, found array [3,2]");
}

TEST_CASE("a tuple has as many elements as it says", "[core][codec]") {
  CHECK(written(std::tuple<>()) == "[]");
  CHECK(bad_value([] { read_back<std::pair<int, int>>("[1,2,3]"); }) == "expected an array of 2, found array [1,2,3]");
  CHECK(bad_value([] { read_back<std::tuple<int>>("[]"); }) == "expected an array of 1, found array []");
  CHECK(bad_value([] { read_back<std::array<std::string, 2>>(R"(["a"])"); }) ==
        R"(expected an array of 2, found array ["a"])");
}

TEST_CASE("what is found is shown in short, and whole characters of it", "[core][codec]") {
  const auto said = bad_value([] { read_back<int>(written(std::string(100, 'x'))); });
  CHECK(said == "expected an integer, found string \"" + std::string(76, 'x') + "...");
  std::string accents;
  for (int i = 0; i < 100; ++i) accents += "\xc3\xa9";
  const auto shown = bad_value([&] { read_back<int>(written(accents)); });
  CHECK(shown.ends_with("\xc3\xa9..."));
  CHECK(bad_value([] { read_back<int>(std::string(5000, '[') + std::string(5000, ']')); }).size() < 200);
}

TEST_CASE("a long value is left out without being looked at", "[core][codec]") {
  std::vector<char> out;
  weir::json_writer w(out, 100);
  weir::codec<std::vector<std::string>>::write(w, std::vector<std::string>(1'000'000));
  CHECK(w.full());
  CHECK(std::string(out.data(), out.size()) == "[]");
}
