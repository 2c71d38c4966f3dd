#include "support/codecs.hpp"
#include "support/random_value.hpp"

#include <nlohmann/json.hpp>

#include <pthread.h>

using namespace weir::testing;
using nlohmann::json;

namespace shop {
struct item {
  std::string name;
  double price = 0;
  std::vector<std::string> labels;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(item, name, price, labels)

enum class size { small, large };
NLOHMANN_JSON_SERIALIZE_ENUM(size, {{size::small, "small"}, {size::large, "large"}})
}  // namespace shop

namespace {

json any_json(random_source& r, int depth) {
  switch (r.below(depth > 0 ? 9 : 7)) {
    case 0: return nullptr;
    case 1: return r.one_in(2);
    case 2: return any<std::int64_t>(r);
    case 3: return any<std::uint64_t>(r);
    case 4: return any<double>(r);
    case 5: return r.text();
    case 6: {
      const auto text = r.text();
      const json::binary_t::container_type bytes(text.begin(), text.end());
      return r.one_in(2) ? json::binary(bytes) : json::binary(bytes, r.bits());
    }
    case 7: {
      auto array = json::array();
      for (auto n = r.below(6); n > 0; --n) array.push_back(any_json(r, depth - 1));
      return array;
    }
    default: {
      static const std::string keys[] = {"dtype", "base64", "at", "size", "members", "value", "bytes", "subtype", ""};
      static const std::string values[] = {"text", "|u1", "number", "object", "binary", "<f8"};
      auto object = json::object();
      for (auto n = r.below(6); n > 0; --n) object[r.one_in(2) ? keys[r.below(9)] : r.text()] = any_json(r, depth - 1);
      if (r.one_in(2)) object["dtype"] = values[r.below(6)];
      return object;
    }
  }
}

// To nlohmann 1 equals 1.0, and a NaN equals nothing. Keys tell all of this apart.
bool same_json(const json& a, const json& b) { return key_of(a) == key_of(b); }

json nested(std::size_t levels) {
  json inner = 1;
  for (std::size_t i = 0; i < levels; ++i) {
    auto outer = i % 2 == 0 ? json::array() : json::object();
    if (outer.is_array()) outer.push_back(std::move(inner));
    else outer["x"] = std::move(inner);
    inner = std::move(outer);
  }
  return inner;
}

}  // namespace

TEST_CASE("any nlohmann value reads back as it was", "[core][codec][property]") {
  const auto first = first_seed();
  for (auto seed = first; seed != first + 2000; ++seed) {
    INFO("seed " << seed);
    random_source r(seed);
    const auto value = any_json(r, 4);
    const auto text = written(value);
    INFO(text.substr(0, 1000));
    CHECK(same_json(read_back<json>(text), value));
    CHECK(same_json(read_kept<json>(keep(value, 0).bytes), value));
    CHECK(written(read_back<json>(text)) == text);
    CHECK(same_json(read_back<std::optional<json>>(written(std::optional(value))).value(), value));
  }
}

TEST_CASE("what JSON text does not have is written as an object with a dtype", "[core][codec]") {
  CHECK(written(json{1, 1.0, 1e300, -0.0}) == "[1,1.0,1e+300,-0.0]");
  CHECK(written(json(std::nan(""))) == R"({"dtype":"number","value":"NaN"})");
  CHECK(written(json("\xff")) == R"({"dtype":"text","base64":"/w=="})");
  CHECK(written(json::binary({1, 2, 3})) == R"({"dtype":"|u1","base64":"AQID"})");
  CHECK(written(json::binary({1}, 5)) == R"({"dtype":"binary","subtype":5,"bytes":{"dtype":"|u1","base64":"AQ=="}})");
  CHECK(written(json{{"dtype", "text"}}) == R"({"dtype":"object","members":[["dtype","text"]]})");
  CHECK(written(json{{"\xff", 1}}) == R"({"dtype":"object","members":[[{"dtype":"text","base64":"/w=="},1]]})");
}

TEST_CASE("a type with to_json and from_json reads back, also what JSON text does not have", "[core][codec]") {
  const shop::item plain{"pen", 1.5, {"blue"}};
  CHECK(written(plain) == R"({"labels":["blue"],"name":"pen","price":1.5})");
  const shop::item odd{"p\xff", std::nan(""), {"\x80", ""}};
  const auto back = read_back<shop::item>(written(odd));
  CHECK(back.name == odd.name);
  CHECK(std::isnan(back.price));
  CHECK(back.labels == odd.labels);
  CHECK(written(shop::size::large) == R"("large")");
  CHECK(read_back<std::vector<shop::size>>(R"(["large","small"])").front() == shop::size::large);
}

TEST_CASE("a text that does not have what from_json asks for is an error of ours", "[core][codec]") {
  CHECK(bad_value([] {
          read_back<shop::item>(R"({"name":"pen"})");
        }).starts_with("shop::item does not read back: [json.exception.out_of_range.403]"));
  CHECK(bad_value([] {
          read_back<shop::item>("[]");
        }).starts_with("shop::item does not read back: [json.exception.type_error"));
}

TEST_CASE("an escaped name is recognised too", "[core][codec]") {
  CHECK(read_back<json>(R"({"d\u0074ype":"number","value":"NaN"})").is_number_float());
  CHECK(std::isnan(
      read_back<shop::item>(R"({"name":"x","labels":[],"price":{"d\u0074ype":"number","value":"NaN"}})").price));
}

TEST_CASE("members keep their order where nlohmann keeps it, and are not read back", "[core][codec]") {
  CHECK(written(nlohmann::ordered_json{{"z", 1}, {"a", 2}}) == R"({"z":1,"a":2})");
  STATIC_REQUIRE_FALSE(weir::has_reader<nlohmann::ordered_json>);
}

// Runs `body` on a thread with a small stack.
static void with_little_stack(void (*body)()) {
  pthread_attr_t attributes;
  REQUIRE(pthread_attr_init(&attributes) == 0);
  REQUIRE(pthread_attr_setstacksize(&attributes, 64 * 1024) == 0);
  pthread_t thread;
  const auto run = [](void* to_run) -> void* {
    reinterpret_cast<void (*)()>(to_run)();
    return nullptr;
  };
  REQUIRE(pthread_create(&thread, &attributes, run, reinterpret_cast<void*>(body)) == 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

TEST_CASE("values nest a thousand levels deep, one more is an error", "[core][codec]") {
  static bool as_it_was;
  as_it_was = false;
  with_little_stack([] {
    const auto deep = nested(weir::json_writer::deepest);
    const auto text = written(deep);
    const auto back = read_back<json>(text);
    as_it_was = written(back) == text && key_of(back) == key_of(deep);
  });
  CHECK(as_it_was);
  const auto too_deep = nested(weir::json_writer::deepest + 1);
  CHECK(bad_value([&] { written(too_deep); }) == "a value is nested deeper than 1000 levels");
  CHECK(bad_value([&] { read_back<json>(too_deep.dump()); }) == "JSON nested deeper than 1000 levels");
  CHECK(bad_value([] { read_back<json>(std::string(1'000'000, '[')); }) == "JSON nested deeper than 1000 levels");
  CHECK(bad_value([] {
          read_back<json>("\"" + std::string(20'000, '[') + "\\\"" + std::string(20'000, '[') + "\"");
        }).empty());
}
