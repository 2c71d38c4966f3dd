#include "engine/failure.hpp"
#include "store/records.hpp"
#include "support/catch2.hpp"

#include <stdexcept>

using weir::detail::cut;
using weir::detail::describe;
using weir::detail::in_short;
using weir::detail::longest_message;
using weir::detail::to_json_text;

namespace {

template <class F>
weir::failure thrown_by(F&& body, int attempt = 1) {
  try {
    body();
  } catch (...) {
    return describe(std::current_exception(), attempt);
  }
  FAIL("nothing was thrown");
  return {};
}

struct wordless : std::exception {
  const char* what() const noexcept override { return nullptr; }
};
enum class colour { red };

// Each level throws its number with the ones below it inside.
void nest(int levels) {
  try {
    if (levels > 1) nest(levels - 1);
    else throw std::runtime_error("level 1");
  } catch (...) {
    if (levels > 1) std::throw_with_nested(std::runtime_error("level " + std::to_string(levels)));
    throw;
  }
}

}  // namespace

TEST_CASE("a failure has the type as the program writes it, the message and the attempt", "[engine][failure]") {
  const auto f = thrown_by([] { throw std::out_of_range("far"); }, 3);
  CHECK(f.type == "std::out_of_range");
  CHECK(f.message == "far");
  CHECK(f.attempt == 3);
  CHECK(f.causes.empty());
  CHECK(thrown_by([] { throw wordless(); }).message.empty());
}

TEST_CASE("what is no std::exception is described, too", "[engine][failure]") {
  CHECK(thrown_by([] { throw std::string("text"); }).message == "text");
  CHECK(thrown_by([] { throw std::string("text"); }).type == "std::string");
  CHECK(thrown_by([] { throw "literal"; }).message == "literal");
  CHECK(thrown_by([] { throw static_cast<const char*>(nullptr); }).message.empty());
  CHECK(thrown_by([] { throw 42; }).type == "int");
  CHECK(thrown_by([] { throw 42; }).message == "an exception of type int");
  CHECK_THAT(thrown_by([] { throw colour::red; }).type, ContainsSubstring("colour"));
}

TEST_CASE("causes are told outermost first, and no more than 32 of them", "[engine][failure]") {
  const auto f = thrown_by([] { nest(4); });
  CHECK(f.type == "std::runtime_error");  // the user's type, not the library's around it
  CHECK(f.message == "level 4");
  CHECK(f.causes == std::vector<std::string>{"level 3", "level 2", "level 1"});
  const auto deep = thrown_by([] { nest(100); });
  CHECK(deep.causes.size() == 32);
  CHECK(deep.causes.front() == "level 99");

  const auto odd = thrown_by([] {
    try {
      throw 7;
    } catch (...) {
      std::throw_with_nested(std::logic_error("outer"));
    }
  });
  CHECK(odd.causes == std::vector<std::string>{"an exception of type int"});
}

TEST_CASE("a failure in short is its type and message, as much as fits", "[engine][failure]") {
  CHECK(in_short({.type = "t", .message = "m"}) == "t: m");
  CHECK(in_short({.type = "t"}) == "t");
  const auto text = in_short({.type = "t", .message = std::string(5000, 'x')}, 100);
  CHECK(text.substr(0, 100) == "t: " + std::string(97, 'x'));
  CHECK(text.size() < 140);
  CHECK_THAT(text, ContainsSubstring("... (4903 more bytes)"));
  CHECK(in_short({.type = "t", .message = std::string(97, 'x')}, 100) == "t: " + std::string(97, 'x'));
}

TEST_CASE("a text that is too long says how much of it is missing", "[engine][failure]") {
  CHECK(cut("abc", 3) == "abc");
  CHECK(cut("abcd", 3) == "abc... (1 more bytes)");
  CHECK(cut("", 0).empty());
  const auto f = thrown_by([] { throw std::runtime_error(std::string(longest_message + 5, 'x')); });
  CHECK(f.message.substr(longest_message) == "... (5 more bytes)");
}

TEST_CASE("a text that is too long is not cut inside a character", "[engine][failure]") {
  CHECK(cut("ab\u00e4", 3) == "ab... (2 more bytes)");
  CHECK(cut("a\u00e4b", 3) == "a\u00e4... (1 more bytes)");
  CHECK(cut("a\U0001f30a", 4) == "a... (4 more bytes)");
  CHECK(cut("\x80\x80\x80\x80\x80\x80", 5) == "\x80\x80... (4 more bytes)");  // no UTF-8 anyway
  CHECK(in_short({.type = "t", .message = "\u00e4\u00e4"}, 6) == "t: \u00e4... (2 more bytes)");
}

TEST_CASE("a failure reads back from its record as it was", "[engine][failure]") {
  const weir::failure f{.code = weir::error_code::store_full,
                        .type = "my::type<\"q\">",
                        .message = std::string("quote \" \\ \n\0 end", 16),
                        .causes = {"a", "", "b\x1b"},
                        .attempt = 7};
  const auto back = weir::store_detail::parse_failure(to_json_text(f));
  CHECK(back.code == f.code);
  CHECK(back.type == f.type);
  CHECK(back.message == f.message);
  CHECK(back.causes == f.causes);
  CHECK(back.attempt == f.attempt);
}
