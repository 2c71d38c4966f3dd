#include "support/catch2.hpp"
#include "support/codecs.hpp"
#include "support/random_value.hpp"

#include <cmath>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

using namespace weir::testing;

TEST_CASE("equal values make equal keys", "[core][key]") {
  CHECK(key_of(std::string("abc")) == key_of(std::string_view("abc")));
  CHECK(key_of(std::string("abc")) == key_of("abc" + 0));
  CHECK(key_of(7) == key_of(std::int64_t{7}));
  CHECK(key_of(std::vector{1.0, 2.0}) == key_of(std::array{1.0, 2.0}));
  std::unordered_map<std::string, int> a, b(1000);
  for (int i = 0; i < 100; ++i) a["key " + std::to_string(i)] = i;
  for (int i = 99; i >= 0; --i) b["key " + std::to_string(i)] = i;
  CHECK(key_of(a) == key_of(b));
}

TEST_CASE("a NaN is a NaN, whatever its bits; the zeros differ", "[core][key]") {
  const double nan = std::nan(""), other = -std::nan("7");
  CHECK(key_of(nan) == key_of(other));
  const std::size_t at = GENERATE(as<std::size_t>{}, 0, 1, 40, 4999, 5000, 19'999);
  std::vector<double> a(20'000, 1.5), b = a, c = a;
  std::vector<float> d(20'000, 1.5f), e = d;
  a[at] = nan;
  b[at] = other;
  d[at] = std::nanf("");
  e[at] = -std::nanf("3");
  CHECK(key_of(a) == key_of(b));
  CHECK(key_of(a) != key_of(c));
  CHECK(key_of(d) == key_of(e));
  c[at] = HUGE_VAL;
  a[at] = HUGE_VAL;
  CHECK(key_of(a) == key_of(c));
  CHECK(key_of(a) != key_of(b));
  CHECK(key_of(0.0) != key_of(-0.0));
  CHECK(key_of(std::vector{0.0}) != key_of(std::vector{-0.0}));
}

TEST_CASE("the key of a row is that of its bytes, in any length", "[core][key]") {
  std::set<std::string> seen;
  for (std::size_t n = 0; n < 3000; ++n) seen.insert(key_of(std::vector<std::uint8_t>(n)));
  CHECK(seen.size() == 3000);
  CHECK(key_of(std::vector<int>(3)) != key_of(std::vector<unsigned>(3)));
  CHECK(key_of(std::vector<int>{1, 2}) != key_of(std::vector<std::int64_t>{1, 2}));
}

TEST_CASE("different values make different keys, however alike their text is", "[core][key]") {
  using texts = std::vector<std::string>;
  const std::string long_one(300, 'x'), longer(301, 'x');
  std::set<std::string> seen;
  std::size_t values = 0;
  const auto add = [&](const auto&... v) {
    seen.insert(key_of(v...));
    ++values;
  };
  add(texts{});
  add(texts{""});
  add(texts{"", ""});
  add(texts{"a", "b"});
  add(texts{"a,b"});
  add(texts{"a\",\"b"});
  add(texts{"\x01text\x01"});
  add(texts{long_one});
  add(texts{longer});
  add(texts{long_one, "x"});
  add(texts{"x", long_one});
  add(std::string("a"), std::string("b"));
  add(std::string("ab"), std::string(""));
  add(std::string("ab"));
  add(texts{"a\xff"});
  add(texts{"a\xfe"});
  add(std::string("1"));
  add(1);
  add(std::string("null"));
  add(std::optional<int>());
  add(std::optional<std::optional<int>>(std::optional<int>()));
  add(std::string("NaN"));
  add(std::nan(""));
  add(std::map<std::string, int>{{"a\xff", 1}});
  add(std::map<std::string, int>{{"a\xfe", 1}});
  add(true);
  CHECK(seen.size() == values);
}

// What a key is made of, whole.
static std::string key_bytes(const auto& value) {
  struct collecting final : weir::blob_sink {
    std::string bytes;
    std::uint64_t put(std::span<const std::byte> piece) override {
      bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
      return 0;
    }
  } sink;
  std::vector<char> rest;
  auto w = weir::json_writer::for_key(rest, sink);
  weir::codec<std::remove_cvref_t<decltype(value)>>::write(w, value);
  return sink.bytes.append(rest.data(), rest.size());
}

TEST_CASE("how a key is cut into pieces does not show in it", "[core][key]") {
  std::vector<std::vector<int>> numbers(3000, std::vector<int>(2, 7));
  const std::string row = "\x01<i4\x01" + std::string("\x08\0\0\0\0\0\0\0\x07\0\0\0\x07\0\0\0\x01", 17);
  std::string expected = "[";
  for (std::size_t i = 0; i < numbers.size(); ++i) expected += (i == 0 ? "" : ",") + row;
  CHECK(key_bytes(numbers) == expected + "]");

  const std::string text(5000, 'x');
  const std::string quoted = "\x01text\x01" + std::string("\x88\x13\0\0\0\0\0\0", 8) + text + "\x01";
  CHECK(key_bytes(std::map<std::string, int>{{text, 1}, {text + "y", 2}}) ==
        "{" + quoted + ":1," + "\x01text\x01" + std::string("\x89\x13\0\0\0\0\0\0", 8) + text + "y\x01:2}");
  std::vector<int> many(5000);
  std::string list = "[0";
  for (int i = 1; i < 5000; ++i) list += ",0";
  CHECK(key_bytes(std::multiset<int>(many.begin(), many.end())) == list + "]");
}

TEST_CASE("values that differ anywhere make different keys", "[core][key][property]") {
  using value = std::tuple<std::vector<std::optional<std::string>>, std::map<std::string, std::vector<double>>,
                           std::optional<std::optional<int>>, std::unordered_set<std::string>>;
  std::map<std::string, std::string> text_of_key;
  const auto first = first_seed();
  for (auto seed = first; seed != first + 3000; ++seed) {
    INFO("seed " << seed);
    random_source r(seed);
    const auto v = any<value>(r);
    const auto [at, fresh] = text_of_key.emplace(key_of(v), written(v));
    CHECK((fresh || at->second == written(v)));
  }
}
