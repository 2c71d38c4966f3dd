#include <nlohmann/json.hpp>

#include <weir/weir.hpp>

struct item {
  std::string name;
  int count = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(item, name, count)

static_assert(weir::has_codec<item> && weir::has_reader<item>);

const auto sell = weir::task(
    "sell", [](const item& i) { return i.count; }, weir::arg("i"));
int calls() { return sell({.name = "pen", .count = 2}); }
