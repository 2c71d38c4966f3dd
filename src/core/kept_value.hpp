// The form in which a result is kept. A small value is its JSON text alone. A large one is
//
//   8 bytes    a zero byte and "weirval"; no JSON text begins so
//   blobs      long byte sequences and texts as they are, in the order in which they were put, each from a multiple of 8
//   text       the JSON text, in which {"dtype": "<f8", "at": 8, "size": 80000} says where in all this a blob is
//   8 bytes    the length of the text, little-endian
//   8 bytes    the length of the whole, little-endian
//   8 bytes    "weirval1"
//
// so that it can be written in one go without holding the blobs, and a program without weir finds its way from the end. The
// mark in front and the length of the whole make what was cut off anywhere an error, also where the cut lies behind a
// kept value inside of a blob. json_document::from_kept reads both forms.

#pragma once

#include <weir/json_text.hpp>

#include <functional>

namespace weir::inline v0::core {

/// What a large value is written to: a file, a hash, both.
class byte_stream {
 public:
  virtual ~byte_stream() = default;
  virtual void write(std::span<const std::byte>) = 0;
};

/// Writes one value. Give json() to its codec, then call finish().
/// Threads: one thread at a time.
class value_writer final : private blob_sink {
 public:
  /// \param inline_limit  a JSON text up to this size is the value, and nothing is opened
  /// \param open  called at most once, when the value turns out to be larger: long before all of it is known, where it has
  ///              long blobs, otherwise by finish(). The stream must outlive the writer.
  value_writer(std::size_t inline_limit, std::function<byte_stream&()> open);
  value_writer(const value_writer&) = delete;
  value_writer& operator=(const value_writer&) = delete;
  ~value_writer() override = default;

  json_writer& json() noexcept { return json_; }
  /// \return the JSON text where that is all; nothing when the value is in the stream. Valid as long as the writer.
  std::optional<std::string_view> finish();
  /// Bytes of the kept form, after finish().
  std::uint64_t size() const noexcept { return at_; }

 private:
  bool takes(std::size_t bytes, std::size_t text) const override;
  std::uint64_t put(std::span<const std::byte>) override;
  byte_stream& stream();
  void write(std::span<const std::byte>);

  std::size_t inline_limit_;
  std::function<byte_stream&()> open_;
  byte_stream* stream_ = nullptr;
  std::uint64_t at_ = 0;
  std::vector<char> text_;
  json_writer json_{text_, *this};
};

/// The parts of a kept form.
struct kept_parts {
  std::string_view text;
  std::span<const std::byte> blobs;  // what "at" counts in: from the first byte, up to the text
};
/// \throws error (bad_value) says what is damaged
kept_parts split_kept(std::span<const std::byte>);

}  // namespace weir::inline v0::core
