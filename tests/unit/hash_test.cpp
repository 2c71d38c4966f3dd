#include "core/hash.hpp"
#include "support/catch2.hpp"

#include <set>

using namespace weir::core;

// From xxhsum -H2 of xxHash 0.8.1, which prints the canonical form.
TEST_CASE("hashes are XXH3 with 128 bits in canonical form", "[core][hash]") {
  CHECK(to_hex(hash_of("")) == "99aa06d3014798d86001c324468d497f");
  CHECK(to_hex(hash_of("weir")) == "58611f8d7be1fe2c3921234764190df9");
  CHECK(to_hex(hash_of(std::string(1000, 'w'))) == "aec7cf595ec38a7e4ac08ee5da1c44c7");
}

TEST_CASE("the hash of pieces is the hash of the whole", "[core][hash]") {
  std::string text(5000, ' ');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 31 + i / 7);
  const auto step = GENERATE(as<std::size_t>{}, 1, 7, 63, 64, 255, 256, 257, 1024, 5000);
  hasher h;
  for (std::size_t at = 0; at < text.size(); at += step) h.update(std::string_view(text).substr(at, step));
  CHECK(h.finish() == hash_of(text));
}

TEST_CASE("a hash may be looked at before more follows", "[core][hash]") {
  hasher h;
  CHECK(h.finish() == hash_of(""));
  h.update("one ");
  const auto first = h.finish();
  CHECK(h.finish() == first);
  h.update("two");
  CHECK(h.finish() == hash_of("one two"));
  CHECK(first == hash_of("one "));
}

TEST_CASE("digests differ, compare and sort", "[core][hash]") {
  std::set<digest> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(hash_of(std::to_string(i)));
  CHECK(seen.size() == 1000);
}
