// The JSON behind codec.hpp. nlohmann::json parses; the writer is our own, because a record is written into a byte
// buffer under a budget, without a tree in between.

#include <weir/codec.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <charconv>
#include <cmath>

namespace weir::inline v0 {
namespace {

const nlohmann::json& value(const void* node) { return *static_cast<const nlohmann::json*>(node); }

[[noreturn]] void unexpected(std::string_view expected, const nlohmann::json& found) {
  auto text = found.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (text.size() > 80) text = text.substr(0, 77) + "...";
  throw error(fmt::format("expected {}, found {} {}", expected, found.type_name(), text), error_code::bad_value);
}

constexpr char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr auto base64_values = [] {
  std::array<int, 256> values{};
  values.fill(-1);
  for (int i = 0; i < 64; ++i) values[static_cast<unsigned char>(base64_digits[i])] = i;
  return values;
}();

// How many bytes the UTF-8 sequence at the front of `s` has; 0 where it is not one.
std::size_t utf8_length(std::string_view s) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  const unsigned char c = byte(0);
  const std::size_t n = c < 0x80                ? 1
                        : c >= 0xc2 && c < 0xe0 ? 2
                        : c >= 0xe0 && c < 0xf0 ? 3
                        : c >= 0xf0 && c < 0xf5 ? 4
                                                : 0;
  if (n == 0 || n > s.size()) return 0;
  for (std::size_t i = 1; i < n; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  if ((c == 0xe0 && byte(1) < 0xa0) || (c == 0xed && byte(1) > 0x9f) || (c == 0xf0 && byte(1) < 0x90) ||
      (c == 0xf4 && byte(1) > 0x8f))
    return 0;
  return n;
}

}  // namespace

json_writer::json_writer(std::vector<char>& out, std::size_t budget)
    : out_(out), begin_(out.size()), limit_(budget == unlimited ? unlimited : out.size() + budget) {}

bool json_writer::fits(std::size_t bytes) {
  if (full_ || bytes > limit_ || out_.size() > limit_ - bytes) full_ = true;
  return !full_;
}

void json_writer::put(std::string_view text) { out_.insert(out_.end(), text.begin(), text.end()); }

void json_writer::separate() {
  if (out_.size() == begin_) return;
  const char last = out_.back();
  if (last != '[' && last != '{' && last != ':') out_.push_back(',');
}

void json_writer::raw(std::string_view text) {
  if (!fits(text.size() + 1)) return;
  separate();
  put(text);
}

void json_writer::null() { raw("null"); }
void json_writer::boolean(bool v) { raw(v ? "true" : "false"); }

void json_writer::integer(std::int64_t v) {
  char text[24];
  raw({text, static_cast<std::size_t>(std::to_chars(text, text + sizeof text, v).ptr - text)});
}
void json_writer::unsigned_integer(std::uint64_t v) {
  char text[24];
  raw({text, static_cast<std::size_t>(std::to_chars(text, text + sizeof text, v).ptr - text)});
}

template <class Float>
static std::string_view shortest(Float v, std::span<char> text) {
  if (std::isnan(v)) return "\"NaN\"";
  if (std::isinf(v)) return v > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  return {text.data(),
          static_cast<std::size_t>(std::to_chars(text.data(), text.data() + text.size(), v).ptr - text.data())};
}
void json_writer::number(double v) {
  char text[40];
  raw(shortest(v, text));
}
void json_writer::number(float v) {
  char text[40];
  raw(shortest(v, text));
}

void json_writer::string(std::string_view text) {
  if (!fits(text.size() + 3)) return;
  separate();
  out_.push_back('"');
  std::size_t clean = 0;  // start of what needs no escape and is not yet copied
  const auto escape = [&](std::size_t at, std::size_t skipped, std::string_view with) {
    put(text.substr(clean, at - clean));
    put(with);
    clean = at + skipped;
  };
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x80) {
      const auto n = utf8_length(text.substr(i));
      if (n == 0) escape(i, 1, "\xef\xbf\xbd");
      i += n == 0 ? 1 : n;
      continue;
    }
    if (c == '"') escape(i, 1, "\\\"");
    else if (c == '\\') escape(i, 1, "\\\\");
    else if (c == '\n') escape(i, 1, "\\n");
    else if (c == '\t') escape(i, 1, "\\t");
    else if (c == '\r') escape(i, 1, "\\r");
    else if (c < 0x20 || c == 0x7f) escape(i, 1, fmt::format("\\u{:04x}", c));
    ++i;
  }
  put(text.substr(clean));
  out_.push_back('"');
  if (out_.size() > limit_) full_ = true;  // escapes made it longer than it looked
}

void json_writer::bytes(std::span<const std::byte> data, std::string_view dtype) {
  const std::size_t groups = data.size() / 3 + (data.size() % 3 != 0);
  if (!fits(groups * 4 + dtype.size() + 32)) return;
  begin_object();
  key("dtype");
  string(dtype);
  key("base64");
  out_.push_back('"');
  for (std::size_t i = 0; i < data.size(); i += 3) {
    const auto byte = [&](std::size_t k) { return i + k < data.size() ? std::to_integer<unsigned>(data[i + k]) : 0u; };
    const unsigned bits = byte(0) << 16 | byte(1) << 8 | byte(2);
    out_.push_back(base64_digits[bits >> 18]);
    out_.push_back(base64_digits[bits >> 12 & 63]);
    out_.push_back(i + 1 < data.size() ? base64_digits[bits >> 6 & 63] : '=');
    out_.push_back(i + 2 < data.size() ? base64_digits[bits & 63] : '=');
  }
  out_.push_back('"');
  end_object();
}

// Brackets and keys are written whatever the budget, so that what is there stays well-formed until it is replaced.
void json_writer::begin_array() {
  separate();
  out_.push_back('[');
}
void json_writer::end_array() { out_.push_back(']'); }
void json_writer::begin_object() {
  separate();
  out_.push_back('{');
}
void json_writer::end_object() { out_.push_back('}'); }
void json_writer::key(std::string_view name) {
  if (full_) return;
  string(name);
  out_.push_back(':');
}

std::size_t json_writer::mark() { return out_.size(); }

void json_writer::replace(std::size_t mark, std::string_view type, std::optional<std::size_t> size) {
  out_.resize(mark);
  full_ = false;
  const auto limit = std::exchange(limit_, unlimited);
  begin_object();
  key("$type");
  string(type);
  if (size) {
    key("$size");
    unsigned_integer(*size);
  }
  end_object();
  limit_ = limit;
}

bool json_reader::is_null() const { return value(node_).is_null(); }
bool json_reader::is_string() const { return value(node_).is_string(); }
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
  if (!v.is_number_unsigned()) unexpected("an integer of 0 or more", v);
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

std::vector<std::byte> json_reader::bytes() const {
  const auto text = at("base64").string();
  std::vector<std::byte> out;
  out.reserve(text.size() / 4 * 3);
  unsigned bits = 0;
  int have = 0;
  for (const char c : text) {
    if (c == '=') break;
    const int digit = base64_values[static_cast<unsigned char>(c)];
    if (digit < 0) unexpected("base64", value(at("base64").node_));
    bits = bits << 6 | static_cast<unsigned>(digit);
    if (have += 6; have >= 8) out.push_back(static_cast<std::byte>(bits >> (have -= 8) & 0xff));
  }
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
  return json_reader(&v[i]);
}
json_reader json_reader::at(std::string_view key) const {
  const auto& v = value(node_);
  if (!v.is_object()) unexpected("an object", v);
  const auto found = v.find(std::string(key));
  if (found == v.end()) unexpected(fmt::format("an object with \"{}\"", key), v);
  return json_reader(&*found);
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
  return {member.key(), json_reader(&member.value())};
}

json_document::json_document(std::string_view text) : root_(nullptr) {
  try {
    root_ = new nlohmann::json(nlohmann::json::parse(text));
  } catch (const nlohmann::json::parse_error& e) {
    throw error(fmt::format("not JSON: {}", e.what()), error_code::bad_value);
  }
}
json_document::~json_document() { delete static_cast<nlohmann::json*>(root_); }
json_reader json_document::root() const noexcept { return json_reader(root_); }

json_schema json_schema::array_of(const json_schema& items) {
  return json_schema(fmt::format(R"({{"type":"array","items":{}}})", items.text_));
}
json_schema json_schema::map_of(const json_schema& values) {
  return json_schema(fmt::format(R"({{"type":"object","additionalProperties":{}}})", values.text_));
}
json_schema json_schema::nullable(const json_schema& value) {
  return json_schema(fmt::format(R"({{"anyOf":[{},{{"type":"null"}}]}})", value.text_));
}
json_schema json_schema::tuple_of(const std::vector<json_schema>& items) {
  std::string prefix;
  for (const auto& s : items) prefix += (prefix.empty() ? "" : ",") + s.text_;
  return json_schema(fmt::format(R"({{"type":"array","prefixItems":[{}],"minItems":{},"maxItems":{}}})", prefix,
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

namespace detail {

void write_json(json_writer& w, const void* node) {
  const auto& v = value(node);
  if (w.full()) return;
  switch (v.type()) {
    case nlohmann::json::value_t::object:
      w.begin_object();
      for (const auto& [k, member] : v.items()) {
        if (w.full()) break;
        w.key(k);
        write_json(w, &member);
      }
      w.end_object();
      break;
    case nlohmann::json::value_t::array:
      w.begin_array();
      for (const auto& element : v) {
        if (w.full()) break;
        write_json(w, &element);
      }
      w.end_array();
      break;
    case nlohmann::json::value_t::string: w.string(v.get_ref<const std::string&>()); break;
    case nlohmann::json::value_t::boolean: w.boolean(v.get<bool>()); break;
    case nlohmann::json::value_t::number_integer: w.integer(v.get<std::int64_t>()); break;
    case nlohmann::json::value_t::number_unsigned: w.unsigned_integer(v.get<std::uint64_t>()); break;
    case nlohmann::json::value_t::number_float: w.number(v.get<double>()); break;
    case nlohmann::json::value_t::binary: w.bytes(std::as_bytes(std::span(v.get_binary())), "u8"); break;
    case nlohmann::json::value_t::null:
    case nlohmann::json::value_t::discarded: w.null(); break;
  }
}

void out_of_range(const json_reader& r, std::string_view type) {
  unexpected(fmt::format("a value that fits {}", type), value(r.nlohmann()));
}

void write_time(json_writer& w, std::int64_t nanoseconds) {
  const std::chrono::sys_time<std::chrono::nanoseconds> t{std::chrono::nanoseconds(nanoseconds)};
  auto text = to_string(timestamp(t));
  const auto below = nanoseconds - std::chrono::floor<std::chrono::microseconds>(t).time_since_epoch().count() * 1000;
  if (below != 0) text.insert(text.size() - 1, fmt::format("{:03}", below));
  w.string(text);
}

std::int64_t read_time(const json_reader& r) {
  const auto text = r.string();
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, used = 0;
  if (std::sscanf(text.c_str(), "%d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second, &used) != 6)
    unexpected("a time like 2026-01-31T12:00:00Z", value(r.nlohmann()));
  std::int64_t nanoseconds = 0;
  auto at = static_cast<std::size_t>(used);
  if (at < text.size() && text[at] == '.') {
    std::int64_t unit = 100'000'000;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10)
      nanoseconds += unit * (text[at] - '0');
  }
  const auto date = std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(month)) /
                    std::chrono::day(static_cast<unsigned>(day));
  if (text.substr(at) != "Z" || !date.ok() || hour > 23 || minute > 59 || second > 60)
    unexpected("a UTC time like 2026-01-31T12:00:00Z", value(r.nlohmann()));
  const std::chrono::sys_time<std::chrono::nanoseconds> t =
      std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
      std::chrono::seconds(second) + std::chrono::nanoseconds(nanoseconds);
  return t.time_since_epoch().count();
}

void write_date(json_writer& w, int year, unsigned month, unsigned day) {
  w.string(day == 0 ? fmt::format("{:04}-{:02}", year, month) : fmt::format("{:04}-{:02}-{:02}", year, month, day));
}

void read_date(const json_reader& r, int& year, unsigned& month, unsigned& day) {
  const auto text = r.string();
  if (std::sscanf(text.c_str(), "%d-%2u-%2u", &year, &month, &day) < 2)
    unexpected("a date like 2026-01-31", value(r.nlohmann()));
}

}  // namespace detail
}  // namespace weir::inline v0
