// Values to text and back, in short.

#pragma once

#include "core/kept_value.hpp"
#include "core/key_writer.hpp"

#include <weir/codec.hpp>

#include <string>
#include <vector>

namespace weir::testing {

template <class T>
std::string written(const T& v) {
  std::vector<char> out;
  json_writer w(out);
  codec<T>::write(w, v);
  return {out.data(), out.size()};
}

template <class T>
T read_back(std::string_view text) {
  const json_document document(text);
  return document.root().as<T>();
}

template <class... T>
std::string key_of(const T&... values) {
  core::key_writer w;
  (codec<T>::write(w.json(), values), ...);
  return core::to_hex(w.finish());
}

/// What a kept value was written to, and how often it was opened.
struct kept_bytes final : core::byte_stream {
  std::string bytes;
  std::size_t longest_write = 0;
  int opened = 0;
  bool is_inline = false;

  void write(std::span<const std::byte> piece) override {
    bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    longest_write = std::max(longest_write, piece.size());
  }
  std::span<const std::byte> all() const { return std::as_bytes(std::span(bytes)); }
};

template <class T>
kept_bytes keep(const T& v, std::size_t inline_limit) {
  kept_bytes kept;
  core::value_writer w(inline_limit, [&]() -> core::byte_stream& {
    ++kept.opened;
    return kept;
  });
  codec<T>::write(w.json(), v);
  const auto text = w.finish();
  kept.is_inline = text.has_value();
  if (text) kept.bytes = *text;
  if (w.size() != kept.bytes.size()) throw std::logic_error("a value_writer counts wrongly");
  return kept;
}

template <class T>
T read_kept(std::string_view bytes) {
  const json_document document = json_document::from_kept(std::as_bytes(std::span(bytes)));
  return document.root().as<T>();
}

/// What reading says is wrong; empty when nothing is. Anything but a weir::error comes through.
template <class F>
std::string bad_value(F&& f) {
  try {
    f();
  } catch (const error& e) {
    return e.code() == error_code::bad_value ? e.what() : std::string("another code: ") + e.what();
  }
  return {};
}

}  // namespace weir::testing
