// nlohmann::json parses; the reader is a cursor over its tree that throws our errors.

#include "core/base64.hpp"
#include "core/json_tree.hpp"
#include "core/kept_value.hpp"

#include <weir/json_text.hpp>

#include <fmt/format.h>

#include <cmath>
#include <cstring>

namespace weir::inline v0 {
namespace {

const nlohmann::json& value(const void* node) { return *static_cast<const nlohmann::json*>(node); }

using core::unexpected;

// Where the bytes of an encoded value are: in the text or beside it.
struct encoded_bytes {
  std::string_view base64;
  std::span<const std::byte> raw;
  std::size_t size = 0;

  void copy_to(std::span<std::byte> to, const nlohmann::json& v) const {
    if (!base64.empty()) {
      if (!core::base64_decode(base64, to)) unexpected("base64", v);
    } else if (!raw.empty()) {
      std::memcpy(to.data(), raw.data(), raw.size());
    }
  }
};

encoded_bytes find_bytes(const nlohmann::json& v, const json_document* document, std::string_view dtype) {
  const auto found = [&](const char* name) { return v.find(name); };
  const auto name = v.is_object() ? found("dtype") : v.end();
  if (name == v.end() || !name->is_string()) unexpected("bytes with a dtype", v);
  if (!dtype.empty() && name->get_ref<const std::string&>() != dtype)
    throw error(
        fmt::format("expected bytes with dtype \"{}\", found dtype \"{}\"", dtype, name->get_ref<const std::string&>()),
        error_code::bad_value);

  encoded_bytes out;
  if (const auto text = found("base64"); text != v.end() && text->is_string()) {
    out.base64 = text->get_ref<const std::string&>();
    const auto size = core::base64_size(out.base64);
    if (!size) unexpected("base64", v);
    out.size = *size;
    return out;
  }
  const auto at = found("at"), size = found("size");
  if (at == v.end() || size == v.end() || !at->is_number_unsigned() || !size->is_number_unsigned())
    unexpected("bytes as base64, or where they are", v);
  const auto blobs = document ? document->blobs() : std::span<const std::byte>();
  const auto from = at->get<std::uint64_t>(), length = size->get<std::uint64_t>();
  if (from > blobs.size() || length > blobs.size() - from)
    unexpected(fmt::format("bytes that lie inside the {} bytes before the text", blobs.size()), v);
  out.raw = blobs.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(length));
  out.size = out.raw.size();
  return out;
}

}  // namespace

bool json_reader::is_null() const { return value(node_).is_null(); }
bool json_reader::is_string() const { return value(node_).is_string(); }
bool json_reader::is_array() const { return value(node_).is_array(); }
bool json_reader::is_object() const { return value(node_).is_object(); }

bool json_reader::boolean() const {
  const auto& v = value(node_);
  if (!v.is_boolean()) unexpected("true or false", v);
  return v.get<bool>();
}
std::int64_t json_reader::integer() const {
  const auto& v = value(node_);
  if (v.is_number_unsigned() && v.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
    unexpected("an integer below 2^63", v);
  if (!v.is_number_integer()) unexpected("an integer", v);
  return v.get<std::int64_t>();
}
std::uint64_t json_reader::unsigned_integer() const {
  const auto& v = value(node_);
  if (!v.is_number_integer() || (!v.is_number_unsigned() && v.get<std::int64_t>() < 0))
    unexpected("an integer of 0 or more", v);
  return v.get<std::uint64_t>();
}
double json_reader::number() const {
  const auto& v = value(node_);
  if (v.is_string()) {
    const auto& text = v.get_ref<const std::string&>();
    if (text == "NaN") return std::nan("");
    if (text == "Infinity") return HUGE_VAL;
    if (text == "-Infinity") return -HUGE_VAL;
  }
  if (!v.is_number()) unexpected("a number", v);
  return v.get<double>();
}
std::string json_reader::string() const {
  const auto& v = value(node_);
  if (!v.is_string()) unexpected("a string", v);
  return v.get<std::string>();
}
std::string json_reader::text() const {
  const auto& v = value(node_);
  if (v.is_string()) return v.get<std::string>();
  if (!is_bytes()) unexpected("a string", v);
  const auto found = find_bytes(v, document_, "text");
  std::string out(found.size, '\0');
  found.copy_to(std::as_writable_bytes(std::span(out)), v);
  return out;
}

bool json_reader::is_bytes() const {
  const auto& v = value(node_);
  return v.is_object() && v.contains("dtype") && (v.contains("base64") || v.contains("at"));
}
std::size_t json_reader::bytes_size(std::string_view dtype) const {
  return find_bytes(value(node_), document_, dtype).size;
}
void json_reader::bytes_to(std::span<std::byte> to) const {
  const auto& v = value(node_);
  const auto found = find_bytes(v, document_, {});
  if (to.size() != found.size) unexpected(fmt::format("{} bytes", to.size()), v);
  found.copy_to(to, v);
}
std::vector<std::byte> json_reader::bytes(std::string_view dtype) const {
  const auto& v = value(node_);
  const auto found = find_bytes(v, document_, dtype);
  std::vector<std::byte> out(found.size);
  found.copy_to(out, v);
  return out;
}

std::size_t json_reader::size() const {
  const auto& v = value(node_);
  if (!v.is_array() && !v.is_object()) unexpected("an array or an object", v);
  return v.size();
}
json_reader json_reader::at(std::size_t i) const {
  const auto& v = value(node_);
  if (!v.is_array()) unexpected("an array", v);
  if (i >= v.size()) unexpected(fmt::format("an array of at least {} elements", i + 1), v);
  return json_reader(&v[i], document_);
}
json_reader json_reader::at(std::string_view key) const {
  const auto& v = value(node_);
  if (!v.is_object()) unexpected("an object", v);
  const auto found = v.find(std::string(key));
  if (found == v.end()) unexpected(fmt::format("an object with \"{}\"", key), v);
  return json_reader(&*found, document_);
}
bool json_reader::contains(std::string_view key) const {
  const auto& v = value(node_);
  return v.is_object() && v.contains(std::string(key));
}
std::pair<std::string, json_reader> json_reader::item(std::size_t i) const {
  const auto& v = value(node_);
  if (!v.is_object()) unexpected("an object", v);
  if (i >= v.size()) unexpected(fmt::format("an object of at least {} members", i + 1), v);
  const auto member = std::next(v.begin(), static_cast<std::ptrdiff_t>(i));
  return {member.key(), json_reader(&member.value(), document_)};
}
std::vector<std::pair<std::string_view, json_reader>> json_reader::items() const {
  const auto& v = value(node_);
  if (!v.is_object()) unexpected("an object", v);
  std::vector<std::pair<std::string_view, json_reader>> all;
  all.reserve(v.size());
  for (const auto& [key, member] : v.get_ref<const nlohmann::json::object_t&>())
    all.emplace_back(key, json_reader(&member, document_));
  return all;
}

json_document::json_document(std::string_view text) : json_document(text, {}) {}
json_document::json_document(std::string_view text, std::span<const std::byte> blobs)
    : blobs_(blobs), plain_(text.find("\"dtype\"") == std::string_view::npos) {
  // An escaped "dtyp\u0065" is possible in a text that somebody else wrote.
  if (plain_ && text.find("\\u") != std::string_view::npos) plain_ = false;
  if (core::nested_deeper(text, json_writer::deepest))
    throw error(fmt::format("JSON nested deeper than {} levels", json_writer::deepest), error_code::bad_value);
  try {
    root_ = new nlohmann::json(nlohmann::json::parse(text));
  } catch (const nlohmann::json::exception& e) {
    throw error(fmt::format("not JSON: {}", e.what()), error_code::bad_value);
  }
}
json_document::~json_document() { delete static_cast<nlohmann::json*>(root_); }
json_reader json_document::root() const noexcept { return json_reader(root_, this); }

json_document json_document::from_kept(std::span<const std::byte> bytes) {
  const auto parts = core::split_kept(bytes);
  return {parts.text, parts.blobs};
}

}  // namespace weir::inline v0
