#include "core/key_writer.hpp"

namespace weir::inline v0::core {

std::uint64_t key_writer::put(std::span<const std::byte> bytes) {
  hash_.update(bytes);
  return 0;
}

digest key_writer::finish() {
  hash_.update(std::as_bytes(std::span(scratch_)));
  scratch_.clear();
  return hash_.finish();
}

}  // namespace weir::inline v0::core
