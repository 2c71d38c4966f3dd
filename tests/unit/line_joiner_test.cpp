#include "core/line_joiner.hpp"

#include "support/catch2.hpp"

#include <random>

namespace {

using lines = std::vector<std::string>;

constexpr std::size_t longest = 8;

lines joined(const lines& pieces) {
  weir::core::line_joiner joiner(longest);
  lines out;
  const auto line = [&](std::string_view text) { out.emplace_back(text); };
  for (const auto& piece : pieces) joiner.add(piece, line);
  joiner.end(line);
  CHECK(joiner.empty());
  return out;
}

}  // namespace

TEST_CASE("pieces are joined until their newline, and what is left is a line too", "[core][prints]") {
  CHECK(joined({"a", "b\nc", "\n", "d"}) == lines{"ab", "c", "d"});
  CHECK(joined({"\n\n"}) == lines{"", ""});
  CHECK(joined({""}).empty());
  CHECK(joined({"a\n"}) == lines{"a"});
}

TEST_CASE("a carriage return before the newline belongs to it", "[core][prints]") {
  CHECK(joined({"a\r\nb\r", "\nc\r"}) == lines{"a", "b", "c"});
  CHECK(joined({"a\r\r\n"}) == lines{"a"});
  CHECK(joined({"\r\n"}) == lines{""});
}

TEST_CASE("a carriage return inside begins the line anew: a progress bar is its last state", "[core][prints]") {
  CHECK(joined({"10%\r20%\r", "30%\n"}) == lines{"30%"});
  CHECK(joined({"10%\r", "20%\r"}) == lines{"20%"});
  CHECK(joined({"\r10%"}) == lines{"10%"});
}

TEST_CASE("a byte of zero is a byte like others", "[core][prints]") {
  CHECK(joined({std::string("a\0b\n", 4)}) == lines{std::string("a\0b", 3)});
}

TEST_CASE("an endless line comes in pieces, cut between characters", "[core][prints]") {
  CHECK(joined({"0123456789abcdefg"}) == lines{"01234567", "89abcdef", "g"});
  CHECK(joined({"01234567\n"}) == lines{"01234567"});
  CHECK(joined({"0123456789\n01\n"}) == lines{"01234567", "89", "01"});
  CHECK(joined({"0123456\xc3\xa9-\n"}) == lines{"0123456", "\xc3\xa9-"});
  CHECK(joined({"01234567", "8\r\n"}) == lines{"01234567", "8"});
  CHECK(joined({std::string(17, '\x80')}).size() == 3);  // not UTF-8: cut at the limit
}

TEST_CASE("how a text is cut into pieces makes no difference to its lines", "[core][prints]") {
  const auto seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const std::string alphabet("ab\r\n\xc3\xa9\0", 7);
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (auto n = random() % 60; n > 0; --n) text += alphabet[random() % alphabet.size()];
    lines pieces;
    for (std::size_t at = 0; at < text.size();) {
      const auto n = random() % 12;
      pieces.push_back(text.substr(at, n));
      at += n;
    }
    REQUIRE(joined(pieces) == joined({text}));
    if (text.find('\r') != std::string::npos) continue;
    std::string again;
    for (const auto& line : joined({text})) again += line;
    std::erase(text, '\n');
    REQUIRE(again == text);
  }
}
