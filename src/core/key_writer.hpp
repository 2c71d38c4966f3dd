// From values to the key that they make: feeds a hash with what json_writer::for_key writes, without building the text.
//
// Equal values give equal keys: unordered containers are taken in the order of their keys as text, and every NaN is the same. Values
// that differ in their text differ, also 0.0 and -0.0, which compare equal.

#pragma once

#include "core/hash.hpp"

#include <weir/json_text.hpp>

namespace weir::inline v0::core {

/// Give json() to codecs, as often as there are values, then call finish().
/// Threads: one thread at a time.
class key_writer final : private blob_sink {
 public:
  key_writer() = default;
  key_writer(const key_writer&) = delete;
  key_writer& operator=(const key_writer&) = delete;
  ~key_writer() override = default;

  json_writer& json() noexcept { return json_; }
  digest finish();

 private:
  std::uint64_t put(std::span<const std::byte>) override;

  hasher hash_;
  std::vector<char> scratch_;
  json_writer json_ = json_writer::for_key(scratch_, *this);
};

}  // namespace weir::inline v0::core
