// A result as a run's record keeps it: one text. 'j' and the value as JSON where it is small, 'f' and the name under which
// the store keeps it where it is large.

#pragma once

#include "core/kept_value.hpp"

#include <weir/store_port.hpp>

namespace weir::inline v0::core {

/// Larger ones go beside the table, so that rows stay quick to walk. Chosen: two pages of a store file.
constexpr std::size_t longest_inline_result = 16 * 1024;

/// `write(json_writer&)` writes the value. \throws store_error, and what `write` throws; nothing is kept then
template <class Write>
std::string keep_result(store_port& store, Write&& write) {
  struct : byte_stream {
    void write(std::span<const std::byte> bytes) override { large->write(bytes); }
    std::unique_ptr<large_value_writer> large;
  } stream;
  value_writer value(longest_inline_result, [&]() -> byte_stream& {
    stream.large = store.keep_large_value();
    return stream;
  });
  write(value.json());
  std::string kept(1, 'j');
  if (const auto text = value.finish()) kept += *text;
  else kept.assign(1, 'f').append(stream.large->commit());
  return kept;
}

/// Calls `read(json_reader)` with the value. `where` becomes the path of a large one.
/// \throws error (bad_value) it is damaged; missing_result, store_error a large one is gone; and what `read` throws
template <class Read>
void read_result(const store_port& store, std::string_view kept, Read&& read, std::string* where = nullptr) {
  const bool large = kept.starts_with('f');
  kept.remove_prefix(kept.empty() ? 0 : 1);
  large_value held{{}, std::as_bytes(std::span(kept)), {}};
  if (large) held = store.find_large_value(kept);
  if (large && where) *where = held.where;
  const auto document = json_document::from_kept(held.bytes);
  read(document.root());
}

}  // namespace weir::inline v0::core
