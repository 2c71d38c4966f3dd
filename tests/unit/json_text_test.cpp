#include "support/catch2.hpp"
#include "support/codecs.hpp"
#include "support/json_schema.hpp"
#include "support/random_value.hpp"

#include <map>
#include <variant>

using namespace weir::testing;
using weir::json_document, weir::json_writer, weir::json_schema;

namespace {

std::string with(std::size_t budget, const auto& write, bool* full = nullptr) {
  std::vector<char> out;
  json_writer w(out, budget);
  write(w);
  if (full) *full = w.full();
  return {out.data(), out.size()};
}
std::string string_of(std::string_view text) {
  return with(json_writer::unlimited, [&](json_writer& w) { w.string(text); });
}

}  // namespace

TEST_CASE("a string is escaped, and mended where it is not UTF-8", "[core][json]") {
  CHECK(string_of("a\"b\\c\n\t\r\x01\x7f") == R"("a\"b\\c\n\t\r\u0001\u007f")");
  CHECK(string_of("\xe2\x82\xac \xf0\x9f\x8c\x8a") == "\"\xe2\x82\xac \xf0\x9f\x8c\x8a\"");
  CHECK(string_of("a\xff"
                  "b\xc3") ==
        "\"a\xef\xbf\xbd"
        "b\xef\xbf\xbd\"");
  // Wherever it stands in a block of eight.
  for (std::size_t before = 0; before < 20; ++before)
    for (const char c : {'"', '\\', '\x1f', '\x7f', '\n'}) {
      const std::string text = std::string(before, 'x') + c + std::string(20, 'y');
      const auto quoted = string_of(text);
      CHECK(quoted.size() > text.size() + 2);
      CHECK(json_document(quoted).root().string() == text);
    }
}

TEST_CASE("what is UTF-8 is told apart from what looks like it", "[core][json]") {
  const auto is_text = [](std::string_view text) { return written(std::string(text)).front() == '"'; };
  for (const auto* good : {"\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
                           "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    CHECK(is_text(good));
    CHECK(is_text(std::string("1234567") + good + "1234567"));
  }
  // Too long, surrogates, above U+10FFFF, cut off, alone.
  for (const auto* bad :
       {"\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xc2", "\xe2\x82", "\xf0\x9f\x8c", "\x80", "\xbf", "\xff", "\xc2\x41"}) {
    CHECK_FALSE(is_text(bad));
    CHECK_FALSE(is_text(std::string("1234567") + bad + "1234567"));
  }
}

TEST_CASE("a writer stops at its budget and stays well-formed", "[core][json]") {
  const std::vector<std::string> words(100, "word");
  for (std::size_t budget = 0; budget < 120; ++budget) {
    bool full = false;
    const auto text = with(
        budget, [&](json_writer& w) { weir::codec<std::vector<std::string>>::write(w, words); }, &full);
    CHECK(full);
    CHECK(text.size() <= budget + 2);
    CHECK(nlohmann::json::accept(text));
  }
  CHECK(with(10, [](json_writer& w) { w.text("0123456789"); }).empty());
  CHECK(with(13, [](json_writer& w) { w.text("0123456789"); }) == R"("0123456789")");
}

TEST_CASE("commas stand where they belong, also behind texts that end like brackets", "[core][json]") {
  CHECK(written(std::vector<std::string>{"[", "{", ":", ""}) == R"(["[","{",":",""])");
  CHECK(written(std::vector<std::vector<int>>{{}, {1}, {}}) == "[[],[1],[]]");
}

TEST_CASE("what is not JSON is an error", "[core][json]") {
  const std::string text =
      GENERATE("", "nul", "[1", "{\"a\"}", "1 2", "\"\xff\"", "[1,]", "1e999", "\x01", "{\"a\":1,}", "'a'");
  CHECK(bad_value([&] { json_document d(text); }).starts_with("not JSON: "));
}

TEST_CASE("reading asks for what is there", "[core][json]") {
  const json_document d(R"({"b":[1,2],"a":{"x":null}})");
  const auto root = d.root();
  CHECK(root.size() == 2);
  CHECK(root.at("b").at(1).integer() == 2);
  CHECK(root.at("a").at("x").is_null());
  CHECK(root.contains("a"));
  CHECK_FALSE(root.contains("c"));
  CHECK(root.item(1).first == "b");
  const auto items = root.items();
  CHECK((items.size() == 2 && items[0].first == "a" && items[1].second.is_array()));
  CHECK(bad_value([&] { root.at("c"); }) == R"(expected an object with "c", found object {"a":{"x":null},"b":[1,2]})");
  CHECK(bad_value([&] { root.at("b").at(2); }) == "expected an array of at least 3 elements, found array [1,2]");
  CHECK(bad_value([&] { root.string(); }).starts_with("expected a string, found object"));
}

TEST_CASE("random bytes do no more to a reader than an error", "[core][json][property]") {
  using value = std::tuple<std::map<std::string, std::vector<double>>, std::optional<std::optional<std::string>>,
                           std::variant<int, std::vector<int>>, std::chrono::sys_days, std::chrono::nanoseconds,
                           std::vector<std::byte>, std::chrono::year_month_day>;
  static const std::string tokens[] = {"[",
                                       "]",
                                       "{",
                                       "}",
                                       ",",
                                       ":",
                                       "null",
                                       "true",
                                       "1",
                                       "-1",
                                       "1.5",
                                       "1e30",
                                       "\"",
                                       "\"a\"",
                                       "\"dtype\":",
                                       "\"text\"",
                                       "\"<f8\"",
                                       "\"base64\":",
                                       "\"at\":",
                                       "\"size\":",
                                       "\"count\":",
                                       "\"per\":",
                                       "\"1/1000000000\"",
                                       "\"AAAA\"",
                                       "\"2026-01-31\"",
                                       "\"0000-00-00T00:00:00Z\"",
                                       "\xff",
                                       "\\u00e9",
                                       "18446744073709551615"};
  const auto first = first_seed();
  for (auto seed = first; seed != first + 5000; ++seed) {
    INFO("seed " << seed);
    random_source r(seed);
    std::string text;
    if (r.one_in(2)) {
      text = written(any<value>(r));
      for (auto n = r.below(4); n > 0; --n)
        text.replace(r.below(text.size()), r.below(4), tokens[r.below(std::size(tokens))]);
    } else {
      for (auto n = r.below(60); n > 0; --n) text += tokens[r.below(std::size(tokens))];
    }
    bad_value([&] { read_back<value>(text); });
    bad_value([&] { read_back<std::vector<value>>("[" + text + "]"); });
  }
}

TEST_CASE("schemas say what JSON schema calls it", "[core][json][schema]") {
  auto s = json_schema::object();
  s.property("size", json_schema::integer(0, 10)).property("note", json_schema::nullable(json_schema::string()), false);
  CHECK(s.text() == R"({"type":"object","properties":{"size":{"type":"integer","minimum":0,"maximum":10},)"
                    R"("note":{"anyOf":[{"type":"string"},{"type":"null"}]}},"required":["size"]})");
  CHECK(weir::schema_of<std::tuple<>>().text() == R"({"type":"array","maxItems":0})");
  CHECK(weir::schema_of<std::uint8_t>().text() == R"({"type":"integer","minimum":0,"maximum":255})");
}

TEST_CASE("a schema refuses what its type does not read", "[core][json][schema]") {
  const auto problem = [](const weir::json_schema& s, std::string_view text) {
    return schema_problem(nlohmann::json::parse(s.text()), nlohmann::json::parse(text));
  };
  CHECK_FALSE(problem(weir::schema_of<int>(), "1.5").empty());
  CHECK_FALSE(problem(weir::schema_of<int>(), "2147483648").empty());
  CHECK_FALSE(problem(weir::schema_of<double>(), R"("nan")").empty());
  CHECK_FALSE(problem(weir::schema_of<std::string>(), R"({"dtype":"<f8"})").empty());
  CHECK_FALSE(problem(weir::schema_of<std::vector<int>>(), R"(["a"])").empty());
  CHECK_FALSE(problem(weir::schema_of<std::map<std::string, int>>(), R"({"a":"b"})").empty());
  CHECK_FALSE(problem(weir::schema_of<std::pair<int, int>>(), "[1]").empty());
  CHECK_FALSE(problem(weir::schema_of<weir::timestamp>(), R"("yesterday")").empty());
  CHECK_FALSE(problem(weir::schema_of<std::variant<int, std::string>>(), R"([0,"a"])").empty());
}
