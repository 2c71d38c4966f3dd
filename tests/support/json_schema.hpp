// Whether a JSON value satisfies a JSON schema: as much of draft 2020-12 as codecs use. An unknown keyword is an error, so that
// a schema cannot promise something that nobody checks.

#pragma once

#include <nlohmann/json.hpp>

#include <algorithm>
#include <regex>
#include <stdexcept>

namespace weir::testing {

inline bool has_type(const nlohmann::json& v, const std::string& type) {
  return (type == "null" && v.is_null()) || (type == "boolean" && v.is_boolean()) ||
         (type == "integer" && v.is_number_integer()) || (type == "number" && v.is_number()) ||
         (type == "string" && v.is_string()) || (type == "array" && v.is_array()) ||
         (type == "object" && v.is_object());
}

/// \return what is wrong; empty when the value satisfies the schema
inline std::string schema_problem(const nlohmann::json& schema, const nlohmann::json& v) {
  const auto all = [&](const auto& range, const nlohmann::json& with) -> std::string {
    for (const auto& e : range)
      if (auto p = schema_problem(with, e); !p.empty()) return p;
    return {};
  };
  for (const auto& [keyword, rule] : schema.items()) {
    std::string problem;
    const auto expect = [&](bool holds) {
      if (!holds && problem.empty())
        problem = keyword + " " + rule.dump() + " does not hold for " + v.dump().substr(0, 200);
    };
    if (keyword == "type") {
      const auto types = rule.is_array() ? rule.get<std::vector<std::string>>() : std::vector{rule.get<std::string>()};
      expect(std::any_of(types.begin(), types.end(), [&](const auto& t) { return has_type(v, t); }));
    } else if (keyword == "anyOf") {
      expect(std::any_of(rule.begin(), rule.end(), [&](const auto& s) { return schema_problem(s, v).empty(); }));
    } else if (keyword == "const") {
      expect(v == rule);
    } else if (keyword == "minimum") {
      expect(!v.is_number() || v >= rule);
    } else if (keyword == "maximum") {
      expect(!v.is_number() || v <= rule);
    } else if (keyword == "pattern") {
      expect(!v.is_string() || std::regex_search(v.get<std::string>(), std::regex(rule.get<std::string>())));
    } else if (keyword == "format") {
      const std::string date = "\\d{4}-\\d{2}-\\d{2}";
      const std::regex form(rule == "date" ? date : date + "T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2})");
      expect(!v.is_string() || std::regex_match(v.get<std::string>(), form));
    } else if (keyword == "minItems") {
      expect(!v.is_array() || v.size() >= rule.get<std::size_t>());
    } else if (keyword == "maxItems") {
      expect(!v.is_array() || v.size() <= rule.get<std::size_t>());
    } else if (keyword == "prefixItems") {
      for (std::size_t i = 0; v.is_array() && i < std::min(v.size(), rule.size()) && problem.empty(); ++i)
        problem = schema_problem(rule[i], v[i]);
    } else if (keyword == "items") {
      if (v.is_array()) problem = all(v, rule);
    } else if (keyword == "required") {
      for (const auto& name : rule) expect(!v.is_object() || v.contains(name.get<std::string>()));
    } else if (keyword == "properties") {
      for (const auto& [name, with] : rule.items())
        if (v.is_object() && v.contains(name) && problem.empty()) problem = schema_problem(with, v[name]);
    } else if (keyword == "additionalProperties") {
      if (v.is_object()) problem = all(v, rule);
    } else {
      throw std::logic_error("unknown keyword " + keyword);
    }
    if (!problem.empty()) return problem;
  }
  return {};
}

}  // namespace weir::testing
