#include "core/json_tree.hpp"

#include <weir/codec.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace weir::inline v0 {
namespace core {

void unexpected(std::string_view expected, const nlohmann::json& found) {
  constexpr std::size_t longest = 80;
  std::vector<char> text;
  json_writer w(text, 4 * longest);
  try {
    if (found.is_string()) w.string(std::string_view(found.get_ref<const std::string&>()).substr(0, longest));
    else detail::write_json(w, &found);
  } catch (const error&) {  // nested too deeply: what is written by then is enough
  }
  std::string shown(text.data(), text.size());
  if (shown.size() > longest) {
    auto end = longest - 3;
    while (end > 0 && (static_cast<unsigned char>(shown[end]) & 0xc0) == 0x80) --end;
    shown = shown.substr(0, end) + "...";
  }
  throw error(fmt::format("expected {}, found {} {}", expected, found.type_name(), shown), error_code::bad_value);
}

bool nested_deeper(std::string_view text, std::size_t levels) {
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

}  // namespace core

namespace detail {
namespace {

using nlohmann::json;

// What JSON text cannot say is written as an object with a dtype, and so is an object that has a member of this name itself:
//
//   {"dtype": "number", "value": "NaN"}             also Infinity and -Infinity
//   {"dtype": "text", "base64": ...}                a string that is not UTF-8
//   {"dtype": "|u1", "base64": ...}                 nlohmann's binary values
//   {"dtype": "binary", "subtype": 5, "bytes": ...} the same with a subtype
//   {"dtype": "object", "members": [[key, value], ...]}
//
// A key writer takes all of it raw and needs none of this.
template <class Json>
bool is_plain_object(const Json& v) {
  for (const auto& [key, member] : v.template get_ref<const typename Json::object_t&>())
    if (key == "dtype" || !is_utf8_text(key)) return false;
  return true;
}

void write_float(json_writer& w, double v) {
  if (!std::isfinite(v) && !w.for_key()) {
    w.begin_object();
    w.key("dtype");
    w.string("number");
    w.key("value");
    w.number(v);
    w.end_object();
    return;
  }
  // nlohmann tells 1 from 1.0.
  char text[48];
  auto* end = std::to_chars(text, text + 40, v).ptr;
  if (std::string_view(text, end).find_first_of(".en") == std::string_view::npos) end = std::copy_n(".0", 2, end);
  w.raw({text, end});
}

template <class Json>
void write_leaf(json_writer& w, const Json& v) {
  switch (v.type()) {
    case json::value_t::string: w.text(v.template get_ref<const std::string&>()); break;
    case json::value_t::boolean: w.boolean(v.template get<bool>()); break;
    case json::value_t::number_integer: w.integer(v.template get<std::int64_t>()); break;
    case json::value_t::number_unsigned: w.unsigned_integer(v.template get<std::uint64_t>()); break;
    case json::value_t::number_float: write_float(w, v.template get<double>()); break;
    case json::value_t::binary: {
      const auto& binary = v.get_binary();
      if (binary.has_subtype()) {
        w.begin_object();
        w.field("dtype", std::string_view("binary"));
        w.key("subtype");
        w.unsigned_integer(binary.subtype());
        w.key("bytes");
      }
      w.bytes(std::as_bytes(std::span(binary)), "|u1");
      if (binary.has_subtype()) w.end_object();
      break;
    }
    default: w.null(); break;
  }
}

// Arrays and objects that are begun and not ended.
template <class Json>
struct open_value {
  const Json* value;
  typename Json::const_iterator next;
  bool as_members = false;  // of an object: written as an array of pairs
  bool in_pair = false;
};

template <class Json>
open_value<Json> open(json_writer& w, const Json& v) {
  open_value<Json> o{&v, v.begin()};
  if (v.is_array()) {
    w.begin_array();
    return o;
  }
  o.as_members = !w.for_key() && !is_plain_object(v);
  w.begin_object();
  if (o.as_members) {
    w.field("dtype", std::string_view("object"));
    w.key("members");
    w.begin_array();
  }
  return o;
}

template <class Json>
void close(json_writer& w, const open_value<Json>& o) {
  if (o.value->is_array() || o.as_members) w.end_array();
  if (o.value->is_object()) w.end_object();
}

template <class Json>
void write_tree(json_writer& w, const Json& root) {
  if (w.full()) return;
  if (!root.is_structured()) return write_leaf(w, root);
  std::vector<open_value<Json>> stack{open(w, root)};
  while (!stack.empty()) {
    auto& o = stack.back();
    if (std::exchange(o.in_pair, false)) w.end_array();
    if (o.next == o.value->end() || w.full()) {
      close(w, o);
      stack.pop_back();
      continue;
    }
    if (o.as_members) {
      w.begin_array();
      w.text(o.next.key());
      o.in_pair = true;
    } else if (o.value->is_object()) {
      w.key(o.next.key());
    }
    const auto& member = *o.next;
    ++o.next;
    if (member.is_structured()) stack.push_back(open(w, member));
    else write_leaf(w, member);
  }
}

}  // namespace

void write_json(json_writer& w, const void* node) { write_tree(w, *static_cast<const json*>(node)); }
void write_ordered_json(json_writer& w, const void* node) {
  write_tree(w, *static_cast<const nlohmann::ordered_json*>(node));
}

namespace {

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

void read_json(const json_reader& r, void* node) {
  std::vector<copied_value> stack;
  // Copies what has no parts, and pushes what has.
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
      to = json::binary(read_binary(at));
    } else if (has_dtype(from, "binary") && from.contains("bytes") && from.contains("subtype")) {
      auto binary = read_binary(at.at("bytes"));
      binary.set_subtype(at.at("subtype").unsigned_integer());
      to = json::binary(std::move(binary));
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

void bad_json(std::string_view type, const char* what) {
  throw error(fmt::format("{} does not read back: {}", type, what), error_code::bad_value);
}

}  // namespace detail
}  // namespace weir::inline v0
