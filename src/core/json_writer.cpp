// The writer is our own, because a record is written into a byte buffer under a budget, without a tree in between.

#include "core/base64.hpp"
#include "core/utf8.hpp"

#include <weir/codec.hpp>

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace weir::inline v0 {
namespace {

// In front of raw bytes in a key. JSON text has no such character, so that no value can look like another one.
constexpr char key_marker = '\x01';
// Bytes of a key that are collected before they are hashed, and the size from which raw bytes are hashed where they are.
constexpr std::size_t key_piece = 4096;
constexpr std::size_t key_copied = 256;

// Whether there is a NaN among these numbers, or an infinity, in one pass that compilers turn into wide instructions: both
// make x - x something else than 0. Twice as fast as asking each number.
template <class Float>
bool may_have_nan(std::span<const std::byte> data) {
  constexpr std::size_t lanes = 128 / sizeof(Float);
  const auto number = [&](std::size_t i) {
    Float x;
    std::memcpy(&x, data.data() + i * sizeof(Float), sizeof(Float));
    return x;
  };
  Float sums[lanes] = {};
  const auto n = data.size() / sizeof(Float);
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += number(i + lane) - number(i + lane);
  for (; i < n; ++i) sums[0] += number(i) - number(i);
  Float sum = 0;
  for (const auto s : sums) sum += s;
  return sum != 0;
}

// Calls put() with pieces of `data`, in which every NaN has become the same one: a NaN has no value of which its bits would
// tell anything. Pieces without one, which is to say nearly all, are not copied.
template <class Float, class Put>
void with_one_nan(std::span<const std::byte> data, Put put) {
  constexpr std::size_t looked_at = 32 * 1024, copied = 4096;  // what stays in the caches
  const auto next = [&](std::size_t size) {
    const auto piece = data.first(std::min(data.size(), size));
    data = data.subspan(piece.size());
    return piece;
  };
  while (!data.empty()) {
    if (!may_have_nan<Float>(data.first(std::min(data.size(), looked_at)))) {
      put(next(looked_at));
      continue;
    }
    const auto piece = next(copied);
    Float numbers[copied / sizeof(Float)];
    const auto n = piece.size() / sizeof(Float);
    std::memcpy(numbers, piece.data(), n * sizeof(Float));
    for (std::size_t i = 0; i < n; ++i)
      if (std::isnan(numbers[i])) numbers[i] = std::numeric_limits<Float>::quiet_NaN();
    put(std::as_bytes(std::span(numbers, n)));
    put(piece.subspan(n * sizeof(Float)));
  }
}

}  // namespace

blob_sink::~blob_sink() = default;
bool blob_sink::takes(std::size_t bytes, std::size_t) const { return bytes >= 4096; }

json_writer::json_writer(std::vector<char>& out, std::size_t budget)
    : out_(out), begin_(out.size()), limit_(budget == unlimited ? unlimited : out.size() + budget) {}

json_writer::json_writer(std::vector<char>& out, blob_sink& blobs) : json_writer(out) { blobs_ = &blobs; }

json_writer json_writer::for_key(std::vector<char>& scratch, blob_sink& hash) {
  json_writer w(scratch, hash);
  w.for_key_ = true;
  return w;
}

json_writer json_writer::for_people(std::vector<char>& out) {
  json_writer w(out);
  w.for_people_ = true;
  return w;
}

bool json_writer::fits(std::size_t bytes) {
  if (full_ || bytes > limit_ || out_.size() > limit_ - bytes) full_ = true;
  return !full_;
}

bool json_writer::expect(std::size_t values) {
  if (limit_ != unlimited && (values > limit_ / 2 || out_.size() > limit_ - 2 * values)) full_ = true;
  return !full_;
}

void json_writer::put(std::string_view text) { out_.insert(out_.end(), text.begin(), text.end()); }

void json_writer::separate() {
  if (for_key_ && out_.size() >= key_piece) drain();
  if (out_.size() == begin_) return;
  const char last = out_.back();
  if (last != '[' && last != '{' && last != ':') out_.push_back(',');
}

// The last character stays: it says whether a comma follows.
void json_writer::drain() {
  if (out_.size() < 2) return;
  const char last = out_.back();
  blobs_->put(std::as_bytes(std::span(out_).first(out_.size() - 1)));
  out_.assign(1, last);
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
  if (v == 0) return std::signbit(v) ? "-0.0" : "0";  // "-0" would read back as the integer 0
  return {text.data(),
          static_cast<std::size_t>(std::to_chars(text.data(), text.data() + text.size(), v).ptr - text.data())};
}
void json_writer::number(double v) {
  char text[40];
  raw(shortest(v, text));
}
void json_writer::number(float v) {
  // The one float whose shortest text is another one when it is read as a double first, as parsers do: all were tried.
  if (std::abs(v) == 0x1.5c87fap-84f) return number(static_cast<double>(v));
  char text[40];
  raw(shortest(v, text));
}

// \return false, with nothing written, where the text is not UTF-8 and that is not to be mended
bool json_writer::quoted(std::string_view text, bool replace_broken) {
  const auto before = out_.size();
  separate();
  out_.push_back('"');
  for (;;) {
    const auto clean = core::clean_length(text);
    put(text.substr(0, clean));
    if (clean == text.size()) break;
    const auto c = static_cast<unsigned char>(text[clean]);
    text.remove_prefix(clean + 1);
    if (c >= 0x80 && !replace_broken) {
      out_.resize(before);
      return false;
    }
    if (c >= 0x80) put("\xef\xbf\xbd");
    else if (c == '"') put("\\\"");
    else if (c == '\\') put("\\\\");
    else if (c == '\n') put("\\n");
    else if (c == '\t') put("\\t");
    else if (c == '\r') put("\\r");
    else fmt::format_to(std::back_inserter(out_), "\\u{:04x}", c);
  }
  out_.push_back('"');
  if (out_.size() > limit_) full_ = true;  // escapes made it longer than it looked
  return true;
}

void json_writer::string(std::string_view text) {
  if (for_key_) return key_bytes(std::as_bytes(std::span(text)), "text");
  if (fits(text.size() + 3)) quoted(text, true);
}

void json_writer::text(std::string_view text) {
  const auto data = std::as_bytes(std::span(text));
  if (for_key_) return key_bytes(data, "text");
  if (blob(data, "text", data.size() + 2)) return;
  if (fits(text.size() + 3) && !quoted(text, for_people_)) bytes(data, "text");
}

void json_writer::bytes(std::span<const std::byte> data, std::string_view dtype) {
  if (for_key_) return key_bytes(data, dtype);
  const auto length = core::base64_length(data.size());
  if (blob(data, dtype, length)) return;
  if (!fits(length + dtype.size() + 32)) return;
  begin_object();
  key("dtype");
  string(dtype);
  key("base64");
  out_.push_back('"');
  const auto at = out_.size();
  out_.resize(at + length);
  core::base64_encode(data, out_.data() + at);
  out_.push_back('"');
  end_object();
}

bool json_writer::blob(std::span<const std::byte> data, std::string_view dtype, std::size_t length_as_text) {
  if (!blobs_ || !blobs_->takes(data.size(), out_.size() - begin_ + length_as_text)) return false;
  const auto at = blobs_->put(data);
  begin_object();
  key("dtype");
  string(dtype);
  key("at");
  unsigned_integer(at);
  key("size");
  unsigned_integer(data.size());
  end_object();
  return true;
}

void json_writer::key_bytes(std::span<const std::byte> data, std::string_view dtype) {
  separate();
  char size[8];
  for (unsigned i = 0; i < 8; ++i) size[i] = static_cast<char>(static_cast<std::uint64_t>(data.size()) >> 8 * i);
  out_.push_back(key_marker);
  put(dtype);
  out_.push_back(key_marker);
  put({size, sizeof size});
  const auto take = [&](std::span<const std::byte> piece) {
    if (piece.size() < key_copied) {
      put({reinterpret_cast<const char*>(piece.data()), piece.size()});
    } else {
      blobs_->put(std::as_bytes(std::span(out_)));
      out_.clear();
      blobs_->put(piece);
    }
  };
  if (dtype == detail::dtype_of<double>()) with_one_nan<double>(data, take);
  else if (dtype == detail::dtype_of<float>()) with_one_nan<float>(data, take);
  else take(data);
  out_.push_back(key_marker);  // so that what is last, which decides about a comma, is not a byte of the value
}

// Brackets are written whatever the budget, so that what is there stays well-formed; but many of them fill it, too.
void json_writer::enter(char bracket) {
  if (depth_ == deepest)
    throw error(fmt::format("a value is nested deeper than {} levels", deepest), error_code::bad_value);
  ++depth_;
  separate();
  out_.push_back(bracket);
  if (out_.size() > limit_) full_ = true;
}
void json_writer::leave(char bracket) {
  --depth_;
  out_.push_back(bracket);
}
void json_writer::begin_array() { enter('['); }
void json_writer::end_array() { leave(']'); }
void json_writer::begin_object() { enter('{'); }
void json_writer::end_object() { leave('}'); }
void json_writer::key(std::string_view name) {
  if (!fits(name.size() + 4)) return;
  string(name);
  out_.push_back(':');
}

std::size_t json_writer::mark() { return out_.size(); }

std::size_t json_writer::mark(std::string_view name) {
  full_ = false;
  const auto limit = std::exchange(limit_, unlimited);
  key(name);
  limit_ = limit;
  return mark();
}

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

void json_writer::wrap_null(std::size_t mark) {
  const std::size_t comma = mark < out_.size() && out_[mark] == ',';
  std::string_view written(out_.data() + mark + comma, out_.size() - mark - comma);
  while (written.size() > 4 && written.front() == '[' && written.back() == ']')
    written = written.substr(1, written.size() - 2);
  if (full_ || written != "null") return;
  out_.insert(out_.begin() + static_cast<std::ptrdiff_t>(mark + comma), '[');
  out_.push_back(']');
}

}  // namespace weir::inline v0
