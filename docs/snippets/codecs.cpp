// Quoted by docs/guide/codecs.md.

#include "support/catch2.hpp"
#include "support/runtime.hpp"

// [nlohmann]
#include <nlohmann/json.hpp>

struct order {
  std::string customer;
  std::vector<double> items;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(order, customer, items)
// [nlohmann]

// [own]
class money {
 public:
  explicit money(std::int64_t cents) : cents_(cents) {}
  std::int64_t cents() const { return cents_; }

 private:
  std::int64_t cents_;
};

template <>
struct weir::codec<money> {
  static void write(weir::json_writer& w, const money& m) { w.integer(m.cents()); }
  static money read(weir::json_reader r) { return money(r.integer()); }
  static weir::json_schema schema() { return weir::json_schema::integer(); }  // optional
};
// [own]

// [object]
struct point {
  double x = 0, y = 0;
};

template <>
struct weir::codec<point> {
  static void write(weir::json_writer& w, const point& p) {
    w.begin_object();
    w.field("x", p.x);
    w.field("y", p.y);
    w.end_object();
  }
  static point read(weir::json_reader r) { return {r.at("x").number(), r.at("y").number()}; }
};
// [object]

struct connection {
  int socket = 3;
};

TEST_CASE("values are recorded as their codecs write them", "[docs]") {
  weir_test::virtual_runtime t;
  weir::runtime_scope scope(t.runtime);
  const auto bill = weir::task(
      "bill", [](const order&, money, const std::optional<point>&) {}, weir::arg("order"), weir::arg("fee"),
      weir::arg("place") = std::nullopt);
  bill({"ann", {1.5, 2}}, money(250), point{1, 2});
  CHECK(t.only("bill").parameters ==
        R"({"order":{"customer":"ann","items":[1.5,2.0]},"fee":250,"place":{"x":1,"y":2}})");
  const weir::json_document text(t.only("bill").parameters);
  CHECK(text.root().at("order").as<order>().items.size() == 2);
  CHECK(text.root().at("fee").as<money>().cents() == 250);
  CHECK(text.root().at("place").as<point>().y == 2);
}

TEST_CASE("a type without a codec, a secret and a large value leave a note instead", "[docs]") {
  weir_test::virtual_runtime t({.parameter_budget = 1000});
  weir::runtime_scope scope(t.runtime);
  const auto send = weir::task(
      "send", [](const connection&, const std::string&, const std::vector<int>&) {}, weir::arg("to"),
      weir::arg("token").secret(), weir::arg("data"));
  send({}, "hunter2", std::vector<int>(5000));
  CHECK(t.only("send").parameters ==
        R"({"to":{"$type":"connection"},"token":"***","data":{"$type":"std::vector<int>","$size":5000}})");
}
