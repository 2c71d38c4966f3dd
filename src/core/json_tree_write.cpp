#include "core/json_tree.hpp"

#include <weir/codec.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace weir::inline v0 {
namespace {

using nlohmann::json;

constexpr std::size_t longest_shown = 80;

// What JSON text cannot say is written as an object with a dtype, and so is an object that has a member of this name itself:
//
//   {"dtype": "number", "value": "NaN"}             also Infinity and -Infinity
//   {"dtype": "text", "base64": ...}                a string that is not UTF-8
//   {"dtype": "|u1", "base64": ...}                 nlohmann's binary values
//   {"dtype": "binary", "subtype": 5, "bytes": ...} the same with a subtype
//   {"dtype": "object", "members": [[key, value], ...]}
//
// A key takes all of it raw and needs none of this; a message, and people, are shown what there is.
enum class purpose : bool { to_read_back, to_show };

template <class Json>
bool is_plain_object(const Json& v) {
  for (const auto& [key, member] : v.template get_ref<const typename Json::object_t&>())
    if (key == "dtype" || !detail::is_utf8_text(key)) return false;
  return true;
}

void write_string(json_writer& w, std::string_view text, purpose why) {
  if (why == purpose::to_show) w.string(text.substr(0, longest_shown));
  else w.text(text);
}

void write_float(json_writer& w, double v) {
  if (!std::isfinite(v) && w.for_people()) return w.number(v);
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

void write_binary(json_writer& w, const json::binary_t& v) {
  const auto data = std::as_bytes(std::span(v));
  if (!v.has_subtype()) return w.bytes(data, "|u1");
  if (w.for_key()) return w.bytes(data, fmt::format("binary {}", v.subtype()));
  w.begin_object();
  w.key("dtype");
  w.string("binary");
  w.key("subtype");
  w.unsigned_integer(v.subtype());
  w.key("bytes");
  w.bytes(data, "|u1");
  w.end_object();
}

template <class Json>
void write_leaf(json_writer& w, const Json& v, purpose why) {
  switch (v.type()) {
    case json::value_t::string: write_string(w, v.template get_ref<const std::string&>(), why); break;
    case json::value_t::boolean: w.boolean(v.template get<bool>()); break;
    case json::value_t::number_integer: w.integer(v.template get<std::int64_t>()); break;
    case json::value_t::number_unsigned: w.unsigned_integer(v.template get<std::uint64_t>()); break;
    case json::value_t::number_float: write_float(w, v.template get<double>()); break;
    case json::value_t::binary: write_binary(w, v.get_binary()); break;
    default: w.null(); break;
  }
}

// An array or an object that is begun and not ended.
template <class Json>
struct open_value {
  const Json* value;
  typename Json::const_iterator next;
  bool as_members = false;  // of an object: written as an array of pairs
  bool in_pair = false;
};

template <class Json>
open_value<Json> open(json_writer& w, const Json& v, purpose why) {
  open_value<Json> o{&v, v.begin()};
  if (v.is_array()) {
    w.begin_array();
    return o;
  }
  o.as_members = why == purpose::to_read_back && !w.for_key() && !w.for_people() && !is_plain_object(v);
  w.begin_object();
  if (o.as_members) {
    w.key("dtype");
    w.string("object");
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
void write_tree(json_writer& w, const Json& root, purpose why) {
  if (w.full()) return;
  if (!root.is_structured()) return write_leaf(w, root, why);
  std::vector<open_value<Json>> stack{open(w, root, why)};
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
    if (member.is_structured()) stack.push_back(open(w, member, why));
    else write_leaf(w, member, why);
  }
}

}  // namespace

namespace detail {

void write_json(json_writer& w, const void* node) {
  write_tree(w, *static_cast<const json*>(node), purpose::to_read_back);
}
void write_ordered_json(json_writer& w, const void* node) {
  write_tree(w, *static_cast<const nlohmann::ordered_json*>(node), purpose::to_read_back);
}

}  // namespace detail

void core::unexpected(std::string_view expected, const json& found) {
  std::vector<char> text;
  json_writer w(text, 4 * longest_shown);
  try {
    write_tree(w, found, purpose::to_show);
  } catch (const error&) {  // nested too deeply: what is written by then is enough
  }
  std::string shown(text.data(), text.size());
  if (shown.size() > longest_shown) {
    auto end = longest_shown - 3;
    while (end > 0 && (static_cast<unsigned char>(shown[end]) & 0xc0) == 0x80) --end;
    shown = shown.substr(0, end) + "...";
  }
  throw error(fmt::format("expected {}, found {} {}", expected, found.type_name(), shown), error_code::bad_value);
}

}  // namespace weir::inline v0
