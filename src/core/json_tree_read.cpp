#include "core/json_tree.hpp"

#include <weir/codec.hpp>

#include <fmt/format.h>

namespace weir::inline v0 {
namespace {

using nlohmann::json;

bool has_dtype(const json& v, std::string_view dtype) {
  const auto found = v.find("dtype");
  return found != v.end() && found->is_string() && found->get_ref<const std::string&>() == dtype;
}

json::binary_t read_binary(const json_reader& r) {
  json::binary_t binary;
  binary.resize(r.bytes_size("|u1"));
  r.bytes_to(std::as_writable_bytes(std::span(binary)));
  return binary;
}

// A value being copied: what is still to be taken from `from`.
struct copied_value {
  const json* from;
  json* to;
  std::size_t next = 0;
  json::const_iterator member{};
  bool as_members = false;
};

}  // namespace

void detail::read_json(const json_reader& r, void* node) {
  std::vector<copied_value> stack;
  // Copies what has no parts, and pushes what has. An object that only looks like an encoded one is taken as it is.
  const auto take = [&](const json& from, json& to) {
    const json_reader at(&from, r.document());
    if (from.is_array()) {
      to = json::array();
      to.get_ref<json::array_t&>().resize(from.size());
      stack.push_back({&from, &to});
    } else if (!from.is_object()) {
      to = from;
    } else if (has_dtype(from, "number") && from.contains("value")) {
      to = at.at("value").number();
    } else if (has_dtype(from, "text") && at.is_bytes()) {
      to = at.text();
    } else if (has_dtype(from, "|u1") && at.is_bytes()) {
      to = json::binary(read_binary(at));  // takes the bytes, and no subtype
    } else if (has_dtype(from, "binary") && from.contains("bytes") && from.contains("subtype")) {
      auto binary = read_binary(at.at("bytes"));
      binary.set_subtype(at.at("subtype").unsigned_integer());
      to = json::binary({});
      to.get_binary() = std::move(binary);
    } else if (has_dtype(from, "object") && from.contains("members") && from.at("members").is_array()) {
      to = json::object();
      stack.push_back({&from.at("members"), &to, 0, {}, true});
    } else {
      to = json::object();
      stack.push_back({&from, &to, 0, from.begin()});
    }
  };

  take(*static_cast<const json*>(r.nlohmann()), *static_cast<json*>(node));
  while (!stack.empty()) {
    auto& c = stack.back();
    if (c.next == c.from->size()) {
      stack.pop_back();
    } else if (c.as_members) {
      const json_reader pair(&(*c.from)[c.next++], r.document());
      const auto member = pair.at(1);
      take(*static_cast<const json*>(member.nlohmann()), (*c.to)[pair.at(std::size_t{0}).text()]);
    } else if (c.from->is_array()) {
      const auto i = c.next++;
      take((*c.from)[i], (*c.to)[i]);
    } else {
      const auto member = c.member++;
      ++c.next;
      take(*member, (*c.to)[member.key()]);
    }
  }
}

void detail::bad_json(std::string_view type, const char* what) {
  throw error(fmt::format("{} does not read back: {}", type, what), error_code::bad_value);
}

bool core::nested_deeper(std::string_view text, std::size_t levels) {
  if (text.size() <= levels) return false;
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      // To the next quote that is not escaped.
      for (++i; i < text.size() && text[i] != '"'; ++i)
        if (text[i] == '\\') ++i;
    } else if (c == '[' || c == '{') {
      if (++depth > levels) return true;
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return false;
}

}  // namespace weir::inline v0
