// What every store does with results, cache entries and large values.

#include "contract/store_contract.hpp"
#include "core/hash.hpp"

#include <set>

using namespace weir_test;
using weir::state_type;

namespace {

std::string key(const std::string& of) { return std::string(weir::core::view_of(weir::core::hash_of(of))); }
std::string hex(const std::string& of) { return weir::core::to_hex(weir::core::hash_of(of)); }

std::string keep(weir::store_port& port, const std::string& value) {
  const auto writer = port.keep_large_value();
  writer->write(std::as_bytes(std::span(value)));
  return writer->commit();
}
std::string text_of(const weir::large_value& v) {
  return {reinterpret_cast<const char*>(v.bytes.data()), v.bytes.size()};
}

}  // namespace

TEMPLATE_TEST_CASE("a result is found by the run that it belongs to", "[contract][results]", WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  f.flow_run({}).task_run({.cache_key = "\x01" + key("a")}).task_run({.n = 2});
  f.enter({.n = 1, .result = "j7"}).enter({.result = std::string("f\0x", 3)});
  store.port->apply(f.take(), kept);
  CHECK(store.port->find_result(id_of(1, 1)) == "j7");
  CHECK(store.port->find_result(id_of(1)) == std::string("f\0x", 3));
  CHECK(store.port->find_result(id_of(1, 2)) == "");
  CHECK_FALSE(store.port->find_result(id_of(1, 3)));
  CHECK_FALSE(store.port->find_result(id_of(2)));
  CHECK(store.port->cache_use(id_of(1, 1)) == "\x01" + key("a"));
  CHECK(store.port->cache_use(id_of(1, 2)).empty());
  CHECK(store.port->find_earlier(id_of(1), 1)->result == "j7");
}

TEMPLATE_TEST_CASE("a row that is begun again has no result until it ends again", "[contract][results]",
                   WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  store.port->apply(f.flow_run({}).task_run({}).enter({.n = 1, .result = "j7"}).take(), kept);
  store.port->apply(f.task_run({.flow_attempt = 2}).take(), kept);
  CHECK(store.port->find_result(id_of(1, 1)) == "");
}

TEMPLATE_TEST_CASE("the newest entry of a key is found, one without result is not", "[contract][cache]",
                   WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  f.flow_run({}).task_run({}).task_run({.n = 2});
  const auto before = f.cache_entry({.key = key("a"), .result = "j1", .created = 10, .expires = 20}).take();
  store.port->apply(before, kept);
  store.port->apply(before, kept);  // saying it twice does no harm
  auto found = store.port->find_cache_entry(key("a"));
  REQUIRE(found);
  CHECK(found->created == 10);
  CHECK(found->expires == 20);
  CHECK(found->result == "j1");
  CHECK_FALSE(store.port->find_cache_entry(key("b")));

  store.port->apply(f.cache_entry({.key = key("a"), .n = 2, .result = "j2", .created = 30}).take(), kept);
  found = store.port->find_cache_entry(key("a"));
  CHECK(found->result == "j2");
  CHECK(found->expires == 0);
  CHECK(store.port->cache_entries({}, {}).at(0).task_run == id_of(1, 2));

  // A run that failed says what its key was made of, and takes nothing away.
  store.port->apply(f.cache_entry({.key = key("a"), .parts = "{\"x\":1}", .result = "", .created = 40}).take(), kept);
  store.port->apply(f.cache_entry({.key = key("b"), .parts = "{\"x\":2}", .result = "", .created = 40}).take(), kept);
  CHECK(store.port->find_cache_entry(key("a"))->result == "j2");
  CHECK_FALSE(store.port->find_cache_entry(key("b")));
  CHECK_FALSE(store.port->cache_entries({.key = hex("b")}, {}).at(0).has_result);
}

TEMPLATE_TEST_CASE("cache entries are listed newest first, filtered, paged and cleared", "[contract][cache]",
                   WEIR_EVERY_STORE) {
  TestType store;
  facts f;
  f.flow_run({}).task_run({});
  for (int i = 0; i < 9; ++i)
    f.cache_entry({.key = key(std::to_string(i)), .task = i % 2 ? "odd" : "even", .created = 100 + i / 3});
  store.port->apply(f.take(), kept);
  const auto now = weir::timestamp::from_micros(200);
  const auto all = store.port->cache_entries({}, now);
  REQUIRE(all.size() == 9);
  for (std::size_t i = 1; i < all.size(); ++i) CHECK(all[i - 1].created_at >= all[i].created_at);
  for (const std::size_t limit : {1u, 2u, 4u, 9u}) {
    std::vector<std::string> paged;
    weir::cache_filter filter{.limit = limit};
    do {
      const auto some = store.port->cache_entries(filter, now);
      CHECK(some.size() <= limit);
      for (const auto& e : some) paged.push_back(e.key);
      filter.cursor = some.next_cursor;
    } while (!filter.cursor.empty());
    REQUIRE(paged.size() == all.size());
    for (std::size_t i = 0; i < all.size(); ++i) CHECK(paged[i] == all[i].key);
  }
  CHECK_THROWS_AS(store.port->cache_entries({.cursor = "nonsense"}, now), weir::usage_error);
  CHECK(store.port->cache_entries({.task = "odd"}, now).size() == 4);
  CHECK(store.port->cache_entries({.key = hex("3")}, now).size() == 1);
  CHECK(store.port->cache_entries({.key = "nonsense"}, now).empty());
  CHECK(store.port->cache_entries({.older_than = std::chrono::microseconds(99)}, now).size() == 3);

  CHECK(store.port->clear_cache({.task = "odd"}, now) == 4);
  CHECK_FALSE(store.port->find_cache_entry(key("1")));
  CHECK(store.port->clear_cache({.older_than = std::chrono::microseconds(99)}, now) == 2);
  CHECK(store.port->clear_cache({}, now) == 3);
  CHECK(store.port->cache_entries({}, now).empty());
}

TEMPLATE_TEST_CASE("a large value is found under the name of its content", "[contract][results]", WEIR_EVERY_STORE) {
  TestType store;
  const std::string value(100'000, 'v');
  const auto name = keep(*store.port, value);
  CHECK(name == hex(value));
  CHECK(keep(*store.port, value) == name);
  CHECK(text_of(store.port->find_large_value(name)) == value);
  CHECK(text_of(store.port->find_large_value(keep(*store.port, ""))).empty());
  store.port->keep_large_value()->write(std::as_bytes(std::span("dropped", 7)));
  CHECK_THROWS_AS(store.port->find_large_value(hex("dropped")), weir::missing_result);
}
