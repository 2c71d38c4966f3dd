#include "core/name_text.hpp"
#include "support/catch2.hpp"

using weir::core::shown;
using weir::core::unprintable;

TEST_CASE("names are any UTF-8 without control characters", "[core][names]") {
  for (const auto* fine : {"", "train 2021-01", "größe", "名前", "\xf0\x9f\x90\x9f", "a\"b\\c"})
    CHECK(unprintable(fine).empty());
  for (const auto* text : {"a\nb", "\t", "\x1b[31mred", "\x7f",
                           "\xc2\x9b"
                           "31m"})
    CHECK(unprintable(text) == "a control character");
  CHECK(unprintable(std::string_view("a\0b", 3)) == "a control character");
  for (const auto* text : {"\xff",
                           "gr\xf6\xdf"
                           "e",
                           "\xc3", "\xed\xa0\x80", "\xc0\xaf"})
    CHECK(unprintable(text) == "bytes that are not UTF-8");
}

TEST_CASE("any text is shown on one line of UTF-8, and not much of it", "[core][names]") {
  CHECK(shown("größe 名前") == "größe 名前");
  CHECK(shown("a\nb\x1b[31m") == "a\\x0ab\\x1b[31m");
  CHECK(shown("gr\xf6\xdf"
              "e") == "gr\\xf6\\xdfe");
  CHECK(shown(std::string(200, 'x')) == std::string(200, 'x'));
  CHECK(shown(std::string(1'000'000, 'x')) == std::string(200, 'x') + "...");
  std::string umlauts;
  for (int i = 0; i < 300; ++i) umlauts += "ö";
  CHECK(shown("x" + umlauts) == "x" + umlauts.substr(0, 198) + "...");
}
