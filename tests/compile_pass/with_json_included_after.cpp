// nlohmann's header may come after ours: what is recorded through it is the same in every order.

#include <weir/weir.hpp>

#include <nlohmann/json.hpp>

namespace shop {
struct item {
  std::string name;
  int count = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(item, name, count)
}  // namespace shop

static_assert(weir::has_codec<shop::item> && weir::has_reader<shop::item>);
static_assert(weir::has_codec<std::vector<shop::item>> && weir::has_codec<nlohmann::json>);
static_assert(weir::has_codec<nlohmann::ordered_json>);

const auto sell = weir::task(
    "sell",
    [](const shop::item& i, const std::vector<shop::item>& all) { return i.count + static_cast<int>(all.size()); },
    weir::arg("i"), weir::arg("all") = std::vector<shop::item>{});
const auto any = weir::task(
    "any", [](const nlohmann::json& j) { return j; }, weir::arg("j"));
const auto ordered = weir::task("ordered", [](const nlohmann::ordered_json& j) { return j.size(); });
const auto by_default = weir::task(
    "d", [](nlohmann::json j) { return j.size(); }, weir::arg("j") = nlohmann::json{{"x", 1}});

std::size_t calls() {
  return static_cast<std::size_t>(sell({.name = "pen", .count = 2}) + sell({"ink", 1}, {{"pen", 2}})) +
         any({{"x", 1}}).size() + ordered({{"x", 1}}) + by_default();
}
