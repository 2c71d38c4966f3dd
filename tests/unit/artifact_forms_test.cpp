// Keys, links and images: what an artifact may be called, and what it is.

#include "core/artifact_key.hpp"
#include "core/image_type.hpp"
#include "core/markdown_link.hpp"
#include "support/catch2.hpp"

using weir::core::image_type;
using weir::core::is_artifact_key;
using weir::core::markdown_link;
using weir::core::nearest_artifact_key;

namespace {

std::string_view type_of(std::string_view begin) { return image_type(std::as_bytes(std::span(begin))); }

}  // namespace

TEST_CASE("a key has lower-case letters, digits and hyphens", "[core][artifacts]") {
  for (const auto* key : {"", "a", "sales-report", "2021-01", "-", "a--b"}) CHECK(is_artifact_key(key));
  for (const auto* text : {"A", "a b", "a_b", "a.b", "caf\xc3\xa9", "a\n", "a/b"}) CHECK_FALSE(is_artifact_key(text));
  CHECK(is_artifact_key(std::string(200, 'a')));
  CHECK_FALSE(is_artifact_key(std::string(201, 'a')));
  CHECK_FALSE(is_artifact_key(std::string_view("a\0b", 3)));
}

TEST_CASE("the nearest key is what somebody would have typed", "[core][artifacts]") {
  CHECK(nearest_artifact_key("My Report!") == "my-report");
  CHECK(nearest_artifact_key("__sales_by_Region__") == "sales-by-region");
  CHECK(nearest_artifact_key("caf\xc3\xa9 2") == "caf-2");
  CHECK(nearest_artifact_key("a -- b") == "a-b");
  CHECK(nearest_artifact_key("\xe6\x97\xa5").empty());
  CHECK(nearest_artifact_key(std::string(1'000'000, 'X')) == std::string(200, 'x'));
  for (const auto* text : {"My Report!", "x/y/z", "...", "A1"}) CHECK(is_artifact_key(nearest_artifact_key(text)));
}

TEST_CASE("a link is one link whatever is in it", "[core][artifacts]") {
  CHECK(markdown_link("https://x.org/a?b=1", "the report") == "[the report](https://x.org/a?b=1)");
  CHECK(markdown_link("https://x.org", "") == "[https://x.org](https://x.org)");
  CHECK(markdown_link("/a (1).html", "a [1] \\") == "[a \\[1\\] \\\\](/a%20%281%29.html)");
  CHECK(markdown_link("a<b>\\c", "two\nlines") == "[two lines](a%3Cb%3E%5Cc)");
}

TEST_CASE("an image is told by how it begins", "[core][artifacts]") {
  CHECK(type_of("\x89PNG\r\n\x1a\n....") == "image/png");
  CHECK(type_of("\xff\xd8\xff\xe0") == "image/jpeg");
  CHECK(type_of("GIF89a...") == "image/gif");
  CHECK(type_of("GIF87a...") == "image/gif");
  CHECK(type_of("RIFF....WEBPVP8 ") == "image/webp");
  for (const auto* other : {"", "\x89PNG", "\xff\xd8", "GIF90a", "RIFF....WAVE", "RIFF", "BM....", "%PDF-1.7", "text"})
    CHECK(type_of(other).empty());
}

TEST_CASE("an SVG is told behind what may stand in front of it", "[core][artifacts]") {
  for (const auto* svg :
       {"<svg xmlns='http://www.w3.org/2000/svg'>", "<svg>", "<svg/>", "\n <svg\n>", "\xef\xbb\xbf<svg >",
        "<?xml version=\"1.0\"?>\n<!-- made by <b> hand -->\n<svg >", "<svg:svg xmlns:svg='x'>",
        "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"svg11.dtd\">\n<svg >",
        "<!DOCTYPE svg [ <!ENTITY ns \"http://x/>\"> ] >\n<svg >"}) {
    CAPTURE(svg);
    CHECK(type_of(svg) == "image/svg+xml");
  }
  for (const auto* other : {"<html><svg>", "svg", "<svgx>", "<svg", "<!-- <svg> ", "<?xml", "<", "<>", "<:>", "  "}) {
    CAPTURE(other);
    CHECK(type_of(other).empty());
  }
}
