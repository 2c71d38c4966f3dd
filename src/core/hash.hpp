// The hash of cache keys and of the names of kept values: XXH3 with 128 bits, in its canonical (big-endian) form, so that
// keys and names mean the same on every machine and to every other program that knows XXH3 (`xxhsum -H2` prints it).
//
// Fast and well spread, not cryptographic: somebody who may write the store can also make two values collide in it.

#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weir::inline v0::core {

struct digest {
  unsigned char bytes[16] = {};
  friend auto operator<=>(const digest&, const digest&) = default;
};

/// 32 lower-case hexadecimal digits.
std::string to_hex(const digest&);
/// From what to_hex gave, either case; nothing else.
std::optional<digest> parse_digest(std::string_view hex) noexcept;

/// The 16 bytes as stores keep them. Valid as long as the digest.
inline std::string_view view_of(const digest& d) noexcept {
  return {reinterpret_cast<const char*>(d.bytes), sizeof d.bytes};
}
/// From 16 bytes.
digest digest_from(std::string_view bytes) noexcept;

/// Takes bytes in pieces; how they are cut does not matter.
/// Threads: one thread at a time.
class hasher {
 public:
  hasher() noexcept;
  void update(std::span<const std::byte>) noexcept;
  void update(std::string_view) noexcept;
  /// The hash of all that came so far; more may follow.
  digest finish() const noexcept;

 private:
  alignas(64) std::array<std::byte, 576> state_;  // an XXH3_state_t, which hash.cpp alone knows
};

digest hash_of(std::string_view) noexcept;
digest hash_of(std::span<const std::byte>) noexcept;

}  // namespace weir::inline v0::core
