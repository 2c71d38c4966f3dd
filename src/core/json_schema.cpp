#include <weir/json_text.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace weir::inline v0 {
namespace {

std::string listed(const std::vector<json_schema>& schemas) {
  std::string text;
  for (const auto& s : schemas) text += (text.empty() ? "" : ",") + s.text();
  return text;
}

}  // namespace

json_schema json_schema::integer(std::int64_t least, std::uint64_t most) {
  return json_schema(fmt::format(R"({{"type":"integer","minimum":{},"maximum":{}}})", least, most));
}
// The first of several types is the ordinary one. What follows applies to the type that it can apply to, as
// JSON schema has it: a pattern to strings, required members to objects.
json_schema json_schema::real() {
  return json_schema(R"({"type":["number","string"],"pattern":"^(NaN|-?Infinity)$"})");
}
json_schema json_schema::any_text() {
  return json_schema(R"({"type":["string","object"],"required":["dtype"],"properties":{"dtype":{"const":"text"}}})");
}
json_schema json_schema::constant(std::uint64_t v) { return json_schema(fmt::format(R"({{"const":{}}})", v)); }
json_schema json_schema::array_of(const json_schema& items, std::optional<std::size_t> size) {
  const auto limits = size ? fmt::format(R"(,"minItems":{0},"maxItems":{0})", *size) : std::string();
  return json_schema(fmt::format(R"({{"type":"array","items":{}{}}})", items.text_, limits));
}
json_schema json_schema::map_of(const json_schema& values) {
  return json_schema(fmt::format(R"({{"type":"object","additionalProperties":{}}})", values.text_));
}
json_schema json_schema::nullable(const json_schema& value) {
  return json_schema(fmt::format(R"({{"anyOf":[{},{{"type":"null"}}]}})", value.text_));
}
json_schema json_schema::one_of(const std::vector<json_schema>& forms) {
  return json_schema(fmt::format(R"({{"anyOf":[{}]}})", listed(forms)));
}
json_schema json_schema::tuple_of(const std::vector<json_schema>& items) {
  if (items.empty()) return json_schema(R"({"type":"array","maxItems":0})");  // prefixItems must not be empty
  return json_schema(fmt::format(R"({{"type":"array","prefixItems":[{}],"minItems":{},"maxItems":{}}})", listed(items),
                                 items.size(), items.size()));
}
json_schema json_schema::object() { return json_schema(R"({"type":"object","properties":{},"required":[]})"); }
json_schema& json_schema::property(std::string_view name, const json_schema& value, bool required) {
  auto whole = nlohmann::ordered_json::parse(text_);
  whole["properties"][std::string(name)] = nlohmann::ordered_json::parse(value.text_);
  if (required) whole["required"].push_back(name);
  text_ = whole.dump();
  return *this;
}

}  // namespace weir::inline v0
