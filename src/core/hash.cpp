#include "core/hash.hpp"

// All of xxHash is compiled into this file, so that nothing is linked and no symbol of it is seen.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <charconv>
#include <cstring>
#include <new>

namespace weir::inline v0::core {
namespace {

static_assert(sizeof(XXH3_state_t) <= 576 && alignof(XXH3_state_t) <= 64);

XXH3_state_t* state(std::array<std::byte, 576>& bytes) {
  return std::launder(reinterpret_cast<XXH3_state_t*>(bytes.data()));
}
const XXH3_state_t* state(const std::array<std::byte, 576>& bytes) {
  return std::launder(reinterpret_cast<const XXH3_state_t*>(bytes.data()));
}

digest canonical(XXH128_hash_t hash) {
  XXH128_canonical_t form;
  XXH128_canonicalFromHash(&form, hash);
  digest d;
  static_assert(sizeof form.digest == sizeof d.bytes);
  std::memcpy(d.bytes, form.digest, sizeof d.bytes);
  return d;
}

}  // namespace

std::string to_hex(const digest& d) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * sizeof d.bytes);
  for (const unsigned char byte : d.bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::optional<digest> parse_digest(std::string_view hex) noexcept {
  digest d;
  if (hex.size() != 2 * sizeof d.bytes) return std::nullopt;
  for (std::size_t i = 0; i < sizeof d.bytes; ++i)
    if (const auto* end = hex.data() + 2 * i + 2; std::from_chars(end - 2, end, d.bytes[i], 16).ptr != end)
      return std::nullopt;
  return d;
}

digest digest_from(std::string_view bytes) noexcept {
  digest d;
  if (bytes.size() == sizeof d.bytes) std::memcpy(d.bytes, bytes.data(), sizeof d.bytes);
  return d;
}

// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): a state is 576 bytes, of which a reset writes what it needs
hasher::hasher() noexcept { XXH3_128bits_reset(new (state_.data()) XXH3_state_t); }
void hasher::update(std::span<const std::byte> data) noexcept {
  if (!data.empty()) XXH3_128bits_update(state(state_), data.data(), data.size());
}
void hasher::update(std::string_view text) noexcept { update(std::as_bytes(std::span(text))); }
digest hasher::finish() const noexcept { return canonical(XXH3_128bits_digest(state(state_))); }

digest hash_of(std::string_view text) noexcept { return canonical(XXH3_128bits(text.data(), text.size())); }
digest hash_of(std::span<const std::byte> data) noexcept { return canonical(XXH3_128bits(data.data(), data.size())); }

}  // namespace weir::inline v0::core
