#include "core/base64.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace weir::inline v0::core {
namespace {

constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Twelve bits to two characters: half the look-ups, and 8 KB stay in the cache.
constexpr auto pairs = [] {
  std::array<std::array<char, 2>, 4096> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = {digits[i >> 6], digits[i & 63]};
  return table;
}();

// For each of the four places of a character its bits, where they belong in 24; or one that is none of base64.
constexpr std::uint32_t invalid = 0x80000000;
constexpr auto places = [] {
  std::array<std::array<std::uint32_t, 256>, 4> table{};
  for (unsigned place = 0; place < 4; ++place) {
    table[place].fill(invalid);
    for (unsigned i = 0; i < 64; ++i) table[place][static_cast<unsigned char>(digits[i])] = i << (18 - 6 * place);
  }
  return table;
}();

std::uint32_t bits_of(const char* four) {
  const auto at = [&](unsigned i) { return places[i][static_cast<unsigned char>(four[i])]; };
  return at(0) | at(1) | at(2) | at(3);
}

}  // namespace

void base64_encode(std::span<const std::byte> data, char* out) {
  const auto* in = reinterpret_cast<const unsigned char*>(data.data());
  std::size_t left = data.size();
  for (; left >= 3; left -= 3, in += 3, out += 4) {
    const unsigned bits = static_cast<unsigned>(in[0]) << 16 | static_cast<unsigned>(in[1]) << 8 | in[2];
    std::memcpy(out, pairs[bits >> 12].data(), 2);
    std::memcpy(out + 2, pairs[bits & 4095].data(), 2);
  }
  if (left == 0) return;
  const unsigned bits = static_cast<unsigned>(in[0]) << 16 | (left == 2 ? static_cast<unsigned>(in[1]) << 8 : 0);
  std::memcpy(out, pairs[bits >> 12].data(), 2);
  out[2] = left == 2 ? digits[bits >> 6 & 63] : '=';
  out[3] = '=';
}

std::optional<std::size_t> base64_size(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  return text.size() / 4 * 3 - padding;
}

bool base64_decode(std::string_view text, std::span<std::byte> to) {
  auto* out = reinterpret_cast<unsigned char*>(to.data());
  const auto* in = text.data();
  std::uint32_t seen = 0;
  for (std::size_t whole = to.size() / 3; whole > 0; --whole, in += 4, out += 3) {
    const auto bits = bits_of(in);
    seen |= bits;
    out[0] = static_cast<unsigned char>(bits >> 16);
    out[1] = static_cast<unsigned char>(bits >> 8);
    out[2] = static_cast<unsigned char>(bits);
  }
  if (const auto left = to.size() % 3; left != 0) {
    const char last[4] = {in[0], in[1], left == 2 ? in[2] : 'A', 'A'};
    const auto bits = bits_of(last);
    seen |= bits;
    // What the padding cuts off must be zero, or two texts would mean the same bytes.
    if ((bits & (left == 2 ? 0xff : 0xffff)) != 0) return false;
    out[0] = static_cast<unsigned char>(bits >> 16);
    if (left == 2) out[1] = static_cast<unsigned char>(bits >> 8);
  }
  return (seen & invalid) == 0;
}

}  // namespace weir::inline v0::core
