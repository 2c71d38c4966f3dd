#include "core/run_name.hpp"
#include "support/catch2.hpp"

#include <set>

using namespace weir::core;

TEST_CASE("a run name is filled in from recorded parameters", "[core]") {
  CHECK(fill_run_name("a {x} {y} {{z}}", R"({"x":"text","y":[1,2]})") == "a text [1,2] {z}");
  CHECK(fill_run_name("{x}", "{}") == "{x}");
  CHECK(fill_run_name("{x}", R"({"x":")" + std::string(500, 'x') + "\"}").size() == 200);
}

TEST_CASE("a run name stays one line of whole characters, whatever the parameter holds", "[core]") {
  CHECK(fill_run_name("read {x}", R"({"x":"a\nb\u001b[31m"})") == "read a b [31m");
  CHECK(fill_run_name("read {x}", "{\"x\":\"a\u0085b\u009b31m\u00a0c\"}") ==
        "read a b 31m\u00a0c");  // as terminals take them
  std::string letters;
  for (int i = 0; i < 150; ++i) letters += "\xc3\xa4";  // two bytes each
  const auto even = fill_run_name("{x}", R"({"x":")" + letters + "\"}");
  const auto odd = fill_run_name("-{x}", R"({"x":")" + letters + "\"}");
  CHECK(even == letters.substr(0, 196) + "...");
  CHECK(odd == "-" + letters.substr(0, 196) + "...");
}

TEST_CASE("a template that cannot work is told apart", "[core]") {
  const std::string_view parameters[] = {"width", "height"};
  CHECK(run_name_problem("w {width}", parameters).empty());
  CHECK(run_name_problem("{heigth}", parameters) == "names no parameter with {heigth}; did you mean {height}?");
  CHECK(run_name_problem("{colour}", parameters) == "names no parameter with {colour}; there are width, height");
  CHECK(run_name_problem("{width", parameters) == "has a { without its }; write {{ for a brace");
  CHECK(run_name_problem("width}", parameters) == "has a } without its {; write }} for a brace");
}

TEST_CASE("two words differ, and are words", "[core]") {
  std::set<std::string> seen;
  for (std::uint64_t i = 0; i < 4096; ++i) seen.insert(two_words(i));
  CHECK(seen.size() == 4096);
  CHECK(seen.count("calm-heron") == 1);
}
