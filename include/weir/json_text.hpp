// JSON text as codecs see it: a writer without a tree in between, a reader over a parsed text, and schemas.

#pragma once

#include <weir/error.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::inline v0 {

template <class T>
struct codec;
class json_document;

/// Where a json_writer puts long sequences of bytes raw, beside its text, which then says where they are.
class WEIR_EXPORT blob_sink {
 public:
  virtual ~blob_sink();
  /// Whether a sequence of `bytes` bytes is to be put. By default from 4 KiB: from there on it is quicker than to write and to
  /// read it as text, below it is not (measured: 20 times at 4 KiB, the same at 1 KiB).
  /// \param text  bytes that the JSON text would have with it inside
  virtual bool takes(std::size_t bytes, std::size_t text) const;
  /// Takes the bytes before it returns. \return where a reader of the text will find them
  virtual std::uint64_t put(std::span<const std::byte>) = 0;
};

/// A sink of JSON text. Sets commas by itself.
/// Threads: one thread at a time.
class WEIR_EXPORT json_writer {
 public:
  static constexpr std::size_t unlimited = static_cast<std::size_t>(-1);
  /// Arrays and objects inside each other; one more is an error (bad_value), here and in json_document. What writes and reads
  /// values does not recurse over them, but nlohmann's copy and dump do, with 100 bytes of stack a level (g++ 12, -O3) to
  /// 1,700 (address sanitizer): this many fit wherever a task may run.
  static constexpr std::size_t deepest = 1'000;

  /// \param budget  bytes that may be written; what exceeds it is left out and makes the writer `full`
  explicit json_writer(std::vector<char>& out, std::size_t budget = unlimited);
  /// Long byte sequences and texts go to `blobs` as they are; the text says {"dtype": ..., "at": ..., "size": ...} instead.
  json_writer(std::vector<char>& out, blob_sink& blobs);
  /// Writes what a hash wants instead of what somebody reads: a stream of bytes that is the same for equal values and
  /// differs for different ones. Texts and byte sequences are in it raw, behind a marker that JSON text cannot contain and
  /// their length. It reaches `hash` in pieces, in order; the last one stays in `scratch`, which must be empty at first.
  static json_writer for_key(std::vector<char>& scratch, blob_sink& hash);
  /// Writes what people and other programs look at, and no codec reads back: numbers in a row as numbers however many, texts
  /// as strings, with U+FFFD where they are not UTF-8.
  static json_writer for_people(std::vector<char>& out);

  void null();
  void boolean(bool);
  void integer(std::int64_t);
  void unsigned_integer(std::uint64_t);
  /// The shortest text that reads back as the same value; -0.0 keeps its sign. JSON knows no NaN and no infinities: they
  /// are the strings "NaN", "Infinity" and "-Infinity".
  void number(double);
  void number(float);
  /// A JSON string, for names and what is surely UTF-8: broken sequences are written as U+FFFD. Otherwise use `text`.
  void string(std::string_view);
  /// Any bytes, exactly: a JSON string where they are UTF-8, else {"dtype": "text", "base64": ...}.
  void text(std::string_view);
  /// JSON text, taken as it is.
  void raw(std::string_view);
  /// Binary data as {"dtype": ..., "base64": ...}. A dtype is what numpy calls it, such as "<f8" or "|u1".
  void bytes(std::span<const std::byte> data, std::string_view dtype);
  void begin_array();
  void end_array();
  void begin_object();
  void end_object();
  void key(std::string_view);
  template <class T>
  void field(std::string_view name, const T& value) {
    key(name);
    codec<T>::write(*this, value);
  }

  /// The budget is used up: a codec of a long value may stop.
  bool full() const noexcept { return full_; }
  /// Whether so many more values may fit the budget, at two bytes each. Where not, the writer is full from here on.
  bool expect(std::size_t values);
  /// Made by `for_key`: a codec writes a canonical form, and numbers in a row always as bytes.
  bool for_key() const noexcept { return for_key_; }
  /// Made by `for_people`: a codec writes no encodings that only it can read.
  bool for_people() const noexcept { return for_people_; }

  /// Where the next value begins; give it to `replace`. Not for keys.
  std::size_t mark();
  /// Writes a key, budget or not, and makes room for what `replace` may put behind it. \return where its value begins
  std::size_t mark(std::string_view key);
  /// Replaces what was written since `mark` by {"$type": ..., "$size": ...}, budget or not. `size`: elements, where known.
  void replace(std::size_t mark, std::string_view type, std::optional<std::size_t> size);
  /// Puts the value written since `mark` into an array of one when it is null, or null in such arrays: optional<T> needs
  /// to tell a T that is written as null from none.
  void wrap_null(std::size_t mark);

 private:
  void separate();
  bool fits(std::size_t bytes);
  void put(std::string_view);
  bool quoted(std::string_view, bool replace_broken);
  void enter(char bracket);
  void leave(char bracket);
  bool blob(std::span<const std::byte>, std::string_view dtype, std::size_t length_as_text);
  void key_bytes(std::span<const std::byte>, std::string_view dtype);
  void drain();

  std::vector<char>& out_;
  blob_sink* blobs_ = nullptr;
  std::size_t begin_;
  std::size_t limit_;
  std::size_t depth_ = 0;
  bool full_ = false;
  bool for_key_ = false;
  bool for_people_ = false;
};

/// A value of a parsed JSON text. Asking for another kind of value than there is throws an error (bad_value) that says
/// what was expected and what was found. Valid as long as its json_document.
class WEIR_EXPORT json_reader {
 public:
  /// \param node  a const nlohmann::json*
  explicit json_reader(const void* node, const json_document* document = nullptr) noexcept
      : node_(node), document_(document) {}

  bool is_null() const;
  bool is_string() const;
  bool is_array() const;
  bool is_object() const;
  bool boolean() const;
  std::int64_t integer() const;
  std::uint64_t unsigned_integer() const;
  double number() const;
  std::string string() const;
  /// What json_writer::text wrote.
  std::string text() const;

  /// It is what json_writer::bytes wrote: an object with a dtype and the bytes, or where they are.
  bool is_bytes() const;
  /// \param dtype  what it must be; empty: anything
  std::vector<std::byte> bytes(std::string_view dtype = {}) const;
  std::size_t bytes_size(std::string_view dtype = {}) const;
  /// Into place. `to` must have bytes_size() bytes.
  void bytes_to(std::span<std::byte> to) const;

  /// Of an array or an object.
  std::size_t size() const;
  json_reader at(std::size_t) const;
  json_reader at(std::string_view key) const;
  bool contains(std::string_view key) const;
  /// The i-th member of an object, in the order of the keys. Walks there: for all members take `items`.
  std::pair<std::string, json_reader> item(std::size_t i) const;
  /// All members of an object, in the order of the keys, which are valid as long as the document.
  std::vector<std::pair<std::string_view, json_reader>> items() const;
  template <class T>
  T as() const {
    return codec<T>::read(*this);
  }
  /// A const nlohmann::json*, as it was parsed.
  const void* nlohmann() const noexcept { return node_; }
  const json_document* document() const noexcept { return document_; }

 private:
  const void* node_;
  const json_document* document_;
};

/// A JSON text, parsed.
class WEIR_EXPORT json_document {
 public:
  /// \throws error (bad_value) the text is not JSON, or nested deeper than json_writer::deepest
  explicit json_document(std::string_view text);
  /// What core::value_writer wrote: JSON text, or blobs with the text behind them. `bytes` must outlive the document.
  /// \throws error (bad_value) says what is damaged
  static json_document from_kept(std::span<const std::byte> bytes);
  ~json_document();
  json_document(const json_document&) = delete;
  json_document& operator=(const json_document&) = delete;
  json_reader root() const noexcept;

  /// Where the blobs are that "at" and "size" point into.
  std::span<const std::byte> blobs() const noexcept { return blobs_; }
  /// No value in it is an encoded one: nlohmann's tree is what was written.
  bool is_plain() const noexcept { return plain_; }

 private:
  json_document(std::string_view text, std::span<const std::byte> blobs);
  void* root_ = nullptr;
  std::span<const std::byte> blobs_{};
  bool plain_ = true;
};

/// A JSON schema (draft 2020-12) under construction: what forms, `describe` and parameter checks need.
class WEIR_EXPORT json_schema {
 public:
  static json_schema any() { return json_schema("{}"); }
  static json_schema null() { return json_schema(R"({"type":"null"})"); }
  static json_schema boolean() { return json_schema(R"({"type":"boolean"})"); }
  static json_schema integer() { return json_schema(R"({"type":"integer"})"); }
  static json_schema integer(std::int64_t least, std::uint64_t most);
  static json_schema number() { return json_schema(R"({"type":"number"})"); }
  /// What json_writer::number writes: a number, or one of "NaN", "Infinity" and "-Infinity".
  static json_schema real();
  static json_schema string() { return json_schema(R"({"type":"string"})"); }
  /// What json_writer::text writes: a string, or bytes.
  static json_schema any_text();
  static json_schema constant(std::uint64_t);
  static json_schema date_time() { return json_schema(R"({"type":"string","format":"date-time"})"); }
  static json_schema array_of(const json_schema& items, std::optional<std::size_t> size = {});
  static json_schema tuple_of(const std::vector<json_schema>& items);
  static json_schema map_of(const json_schema& values);
  static json_schema nullable(const json_schema& value);
  static json_schema one_of(const std::vector<json_schema>& forms);
  /// An object, to be given properties.
  static json_schema object();
  json_schema& property(std::string_view name, const json_schema& value, bool required = true);
  /// A schema of your own. \param json  the text of an object
  static json_schema from_text(std::string json) { return json_schema(std::move(json)); }

  const std::string& text() const noexcept { return text_; }

 private:
  explicit json_schema(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace weir::inline v0
