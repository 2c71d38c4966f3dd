#include "core/kept_value.hpp"

#include <fmt/format.h>

#include <cstring>

namespace weir::inline v0::core {
namespace {

constexpr std::string_view front_mark("\0weirval", 8);
constexpr std::string_view end_mark = "weirval1";
constexpr std::size_t end_size = 24;
constexpr std::size_t alignment = 8;  // so that a mapped file can be used in place

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }
void put_number(char* to, std::uint64_t n) {
  for (unsigned i = 0; i < 8; ++i) to[i] = static_cast<char>(n >> 8 * i);
}
std::uint64_t number_at(std::string_view text) {
  std::uint64_t n = 0;
  for (unsigned i = 0; i < 8; ++i) n |= static_cast<std::uint64_t>(static_cast<unsigned char>(text[i])) << 8 * i;
  return n;
}
std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

value_writer::value_writer(std::size_t inline_limit, std::function<byte_stream&()> open)
    : inline_limit_(inline_limit), open_(std::move(open)) {}

// As long as all of it may still be one small text, it is written as text.
bool value_writer::takes(std::size_t bytes, std::size_t text) const {
  return blob_sink::takes(bytes, text) && (stream_ || text > inline_limit_);
}

byte_stream& value_writer::stream() {
  if (!stream_) {
    stream_ = &open_();
    write(bytes_of(front_mark));
  }
  return *stream_;
}

void value_writer::write(std::span<const std::byte> bytes) {
  stream_->write(bytes);
  at_ += bytes.size();
}

std::uint64_t value_writer::put(std::span<const std::byte> bytes) {
  stream();
  const auto at = at_;
  write(bytes);
  static constexpr std::byte zeros[alignment] = {};
  if (const auto over = at_ % alignment; over != 0) write(std::span(zeros).first(alignment - over));
  return at;
}

std::optional<std::string_view> value_writer::finish() {
  if (!stream_ && text_.size() <= inline_limit_) {
    at_ = text_.size();
    return std::string_view(text_.data(), text_.size());
  }
  stream();
  write(std::as_bytes(std::span(text_)));
  char end[end_size];
  put_number(end, text_.size());
  put_number(end + 8, at_ + end_size);
  std::memcpy(end + 16, end_mark.data(), end_mark.size());
  write(bytes_of({end, sizeof end}));
  return std::nullopt;
}

kept_parts split_kept(std::span<const std::byte> bytes) {
  const auto whole = text_of(bytes);
  if (!whole.starts_with('\0')) return {whole, {}};
  const auto damaged = [&](std::string_view what) {
    return error(fmt::format("a kept value of {} bytes is damaged: {}", bytes.size(), what), error_code::bad_value);
  };
  if (!whole.starts_with(front_mark.substr(0, whole.size()))) throw damaged("it does not begin as it should");
  if (whole.size() < front_mark.size() + end_size || !whole.ends_with(end_mark)) throw damaged("its end is missing");
  const auto before_end = whole.size() - end_size;
  const auto length = number_at(whole.substr(before_end)), all = number_at(whole.substr(before_end + 8));
  if (all != whole.size()) throw damaged(fmt::format("it was written with {} bytes", all));
  if (length > before_end - front_mark.size()) throw damaged(fmt::format("its text is said to have {} bytes", length));
  const auto blobs = before_end - static_cast<std::size_t>(length);
  return {whole.substr(blobs, static_cast<std::size_t>(length)), bytes.first(blobs)};
}

}  // namespace weir::inline v0::core
