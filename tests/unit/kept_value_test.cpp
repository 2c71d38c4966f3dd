#include "core/base64.hpp"
#include "support/catch2.hpp"
#include "support/codecs.hpp"
#include "support/random_value.hpp"

#include <map>

using namespace weir::testing;

namespace {

struct report {
  std::string title;
  std::vector<double> values;
  std::string log;
};

std::vector<double> ramp(std::size_t n) {
  std::vector<double> v(n);
  for (std::size_t i = 0; i < n; ++i) v[i] = static_cast<double>(i) / 3;
  return v;
}

}  // namespace

template <>
struct weir::codec<report> {
  static void write(json_writer& w, const report& r) {
    w.begin_object();
    w.field("title", r.title);
    w.field("values", r.values);
    w.field("log", r.log);
    w.end_object();
  }
  static report read(json_reader r) {
    return {r.at("title").as<std::string>(), r.at("values").as<std::vector<double>>(), r.at("log").as<std::string>()};
  }
};

TEST_CASE("a small value is kept as its text, and nothing is opened", "[core][kept]") {
  const auto kept = keep(std::string("hello"), 7);
  CHECK(kept.is_inline);
  CHECK(kept.opened == 0);
  CHECK(kept.bytes == R"("hello")");
  CHECK_FALSE(keep(std::string("hello"), 6).is_inline);
}

TEST_CASE("a value that fits as text stays text, whatever its parts are", "[core][kept]") {
  const auto row = ramp(1000);  // 8,000 bytes, 10,668 as base64
  CHECK(keep(row, 11'000).is_inline);
  CHECK(keep(row, 11'000).bytes == written(row));
  CHECK_FALSE(keep(row, 10'000).is_inline);
  const std::string text(5000, 'x');
  CHECK(keep(text, 5002).is_inline);
  CHECK_FALSE(keep(text, 5001).is_inline);
  CHECK(keep(std::vector{text, text}, 10'007).is_inline);
  CHECK_FALSE(keep(std::vector{text, text}, 10'006).is_inline);
}

TEST_CASE("long rows and texts are kept as they are, and the text says where", "[core][kept]") {
  const report r{"july", ramp(1000), std::string(5001, '\xff')};
  const auto kept = keep(r, 1000);
  CHECK(kept.opened == 1);
  const auto text =
      R"({"title":"july","values":{"dtype":"<f8","at":8,"size":8000},"log":{"dtype":"text","at":8008,"size":5001}})";
  CHECK(kept.bytes.substr(0, 8) == std::string("\0weirval", 8));
  CHECK(std::memcmp(kept.bytes.data() + 8, r.values.data(), 8000) == 0);
  CHECK(kept.bytes.substr(8008, 5001) == r.log);
  CHECK(kept.bytes.substr(8008 + 5008, std::strlen(text)) == text);
  CHECK(kept.bytes.ends_with("weirval1"));
  const auto back = read_kept<report>(kept.bytes);
  CHECK(back.title == r.title);
  CHECK(back.values == r.values);
  CHECK(back.log == r.log);
}

TEST_CASE("a hundred megabytes go to the stream in one piece, not copied and not encoded", "[core][kept]") {
  struct watching final : weir::core::byte_stream {
    const std::byte* values = nullptr;
    bool seen = false;
    std::size_t others = 0;
    void write(std::span<const std::byte> piece) override {
      if (piece.data() == values) seen = piece.size() == 100'000'000;
      else others += piece.size();
    }
  } stream;
  const std::vector<double> values(12'500'000, 1.25);
  stream.values = std::as_bytes(std::span(values)).data();
  weir::core::value_writer w(4096, [&]() -> weir::core::byte_stream& { return stream; });
  weir::codec<std::vector<double>>::write(w.json(), values);
  CHECK_FALSE(w.finish());
  CHECK(stream.seen);
  CHECK(stream.others < 200);
  CHECK(w.size() == 100'000'000 + stream.others);
}

TEST_CASE("every part of a value is found at its place", "[core][kept]") {
  std::vector<std::map<std::string, std::vector<std::uint8_t>>> value(3);
  for (std::size_t i = 0; i < 30; ++i)
    value[i % 3]["part " + std::to_string(i)] = std::vector<std::uint8_t>(4000 + 37 * i, static_cast<std::uint8_t>(i));
  CHECK(read_kept<decltype(value)>(keep(value, 0).bytes) == value);
}

TEST_CASE("equal values are kept as equal bytes", "[core][kept]") {
  const report r{"july", ramp(1000), std::string(5001, 'x')};
  CHECK(keep(r, 1000).bytes == keep(report(r), 1000).bytes);
}

TEST_CASE("every truncation of a kept value is an error", "[core][kept][property]") {
  const report r{"july", ramp(600), std::string(4100, 'x')};
  for (const auto& kept : {keep(r, 0), keep(r, 1'000'000), keep(std::string(4500, '"'), 0), keep(ramp(513), 0)}) {
    for (std::size_t length = 0; length < kept.bytes.size(); ++length) {
      INFO("the first " << length << " of " << kept.bytes.size() << " bytes");
      // Not CHECK for each, which takes seconds; the first that is read is enough.
      if (bad_value([&] { weir::json_document::from_kept(kept.all().first(length)); }).empty()) FAIL("is read");
    }
  }
}

TEST_CASE("a cut behind a kept value that is inside of another one is seen", "[core][kept]") {
  const auto inner = keep(ramp(600), 0);
  const auto outer = keep(inner.bytes, 0);
  const auto end_of_inner = 8 + inner.bytes.size();
  REQUIRE(outer.bytes.substr(0, end_of_inner).ends_with("weirval1"));
  CHECK(bad_value([&] { read_kept<std::vector<double>>(outer.bytes.substr(0, end_of_inner)); }) ==
        "a kept value of 4874 bytes is damaged: it was written with 4866 bytes");
  CHECK(read_kept<std::string>(outer.bytes) == inner.bytes);
}

TEST_CASE("a damaged kept value says what is wrong", "[core][kept]") {
  const auto kept = keep(ramp(600), 0).bytes;
  const auto damaged = [&](std::size_t at, char with) {
    auto bytes = kept;
    bytes[at] = with;
    return bad_value([&] { read_kept<std::vector<double>>(bytes); });
  };
  const auto n = kept.size();
  CHECK(damaged(3, 'X') == "a kept value of 4866 bytes is damaged: it does not begin as it should");
  CHECK(damaged(n - 1, '2') == "a kept value of 4866 bytes is damaged: its end is missing");
  CHECK(damaged(n - 16, 'x') == "a kept value of 4866 bytes is damaged: it was written with 4984 bytes");
  CHECK(damaged(n - 20, 1) == "a kept value of 4866 bytes is damaged: its text is said to have 4294967330 bytes");
  CHECK(damaged(n - 24, 3).starts_with("not JSON: "));
  CHECK(bad_value([&] { read_kept<std::vector<float>>(kept); }) ==
        R"(expected bytes with dtype "<f4", found dtype "<f8")");
}

TEST_CASE("a blob that lies outside of what is there is an error", "[core][kept]") {
  auto kept = keep(ramp(600), 0).bytes;
  const auto place = kept.find("\"size\":4800");
  REQUIRE(place != std::string::npos);
  kept.replace(place, 11, "\"size\":4888");
  CHECK(bad_value([&] {
          read_kept<std::vector<double>>(kept);
        }).starts_with("expected bytes that lie inside the 4808 bytes before the text"));
  // In a text of its own there is nothing to point to.
  CHECK(bad_value([] {
          read_back<std::vector<double>>(R"({"dtype":"<f8","at":8,"size":8})");
        }).starts_with("expected bytes that lie inside the 0 bytes"));
  CHECK(bad_value([] {
          read_back<std::vector<double>>(R"({"dtype":"<f8","at":18446744073709551615,"size":8})");
        }).find("inside") != std::string::npos);
}

TEST_CASE("no damage of a kept value does more than an error", "[core][kept][property]") {
  const report r{"july", ramp(600), std::string(4100, '\xff')};
  const auto whole = keep(r, 0).bytes;
  const auto first = first_seed();
  for (auto seed = first; seed != first + 2000; ++seed) {
    INFO("seed " << seed);
    random_source random(seed);
    auto bytes = whole;
    // Nearly always in the text and behind it, where it matters.
    for (auto n = 1 + random.below(3); n > 0; --n)
      bytes[random.one_in(10) ? random.below(bytes.size()) : bytes.size() - 1 - random.below(140)] =
          static_cast<char>(random.bits());
    if (random.one_in(4)) bytes.erase(random.below(bytes.size()), random.below(100));
    bad_value([&] { read_kept<report>(bytes); });
  }
}

TEST_CASE("base64 is what RFC 4648 says", "[core][base64]") {
  using weir::core::base64_decode, weir::core::base64_encode, weir::core::base64_length, weir::core::base64_size;
  const auto encoded = [](std::string_view text) {
    std::string out(base64_length(text.size()), ' ');
    base64_encode(std::as_bytes(std::span(text)), out.data());
    return out;
  };
  CHECK(encoded("") == "");
  CHECK(encoded("f") == "Zg==");
  CHECK(encoded("fo") == "Zm8=");
  CHECK(encoded("foo") == "Zm9v");
  CHECK(encoded("foobar") == "Zm9vYmFy");

  const auto decodes = [](std::string_view text) {
    const auto size = base64_size(text);
    std::vector<std::byte> out(size.value_or(0));
    return size && base64_decode(text, out);
  };
  CHECK(decodes("Zm9vYg=="));
  // A missing or a superfluous character, one of another alphabet, padding in the middle, bits behind the end.
  for (const auto* bad : {"Zg=", "Z", "Zg===", "Zm9vY", "Zm9-", "Zm9_",
                          "Zg==Zg==", "Z===", "====", "Zh==", "Zm9=", "Zm 9", "\xff\xff\xff\xff"}) {
    INFO(bad);
    CHECK_FALSE(decodes(bad));
  }
  random_source random(first_seed());
  for (int i = 0; i < 500; ++i) {
    const auto text = random.text();
    const auto there = encoded(text);
    std::string back(base64_size(there).value(), ' ');
    CHECK(base64_decode(there, std::as_writable_bytes(std::span(back))));
    CHECK(back == text);
  }
}
