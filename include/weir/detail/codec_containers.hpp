// What the codecs of containers share: rows of numbers, canonical order.

#pragma once

#include <weir/detail/codec_traits.hpp>

#include <optional>

namespace weir::inline v0 {
namespace detail {

/// Numbers in a row are plain JSON up to here, because people read them; longer rows are bytes.
inline constexpr std::size_t longest_plain_row = 32;

WEIR_EXPORT json_schema row_schema(const json_schema& element, std::string_view dtype, std::optional<std::size_t> size);
WEIR_EXPORT json_schema text_map_schema(const json_schema& key, const json_schema& value);
WEIR_EXPORT bool is_utf8_text(std::string_view);
/// Of an array, and of nothing else.
WEIR_EXPORT std::size_t array_size(const json_reader&);
WEIR_EXPORT void expect_elements(const json_reader&, std::size_t);

/// Puts the elements of an unordered container into the order of their text.
class WEIR_EXPORT canonical_order {
 public:
  /// Write the key of `element`, or all of it where keys may be equal, into this.
  json_writer next(const void* element);
  /// The elements in order.
  std::span<const void* const> sort();

 private:
  struct entry {
    const void* element;
    std::size_t begin;  // in text_, to the next one's
  };
  std::vector<char> text_;
  std::vector<entry> entries_;
  std::vector<const void*> sorted_;
};

template <class T>
concept never_null = requires { requires codec<T>::never_null; };

/// Calls write(element) for each, unordered containers in canonical order, until the writer is full.
template <class T, class WriteKey, class Write>
void write_each(json_writer& w, const T& v, [[maybe_unused]] WriteKey write_key, Write write) {
  if constexpr (sized<T>) {
    if (!w.expect(v.size())) return;
  }
  if constexpr (unordered<T>) {
    canonical_order order;
    for (const auto& e : v) {
      auto key = order.next(&e);
      write_key(key, e);
    }
    for (const void* e : order.sort()) {
      if (w.full()) break;
      write(*static_cast<const typename T::value_type*>(e));
    }
  } else {
    for (const auto& e : v) {
      if (w.full()) break;
      write(e);
    }
  }
}

template <class E>
void write_numbers(json_writer& w, const E* data, std::size_t n) {
  if (w.for_key() || (n > longest_plain_row && !w.for_people())) {
    w.bytes(std::as_bytes(std::span(data, n)), dtype_of<E>());
    return;
  }
  w.begin_array();
  for (const E* e = data; e != data + n; ++e) codec<E>::write(w, *e);
  w.end_array();
}

}  // namespace detail

}  // namespace weir::inline v0
