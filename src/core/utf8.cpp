#include "core/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace weir::inline v0::core {
namespace {

constexpr std::uint64_t each(unsigned char byte) { return 0x0101010101010101u * byte; }
constexpr std::uint64_t high = each(0x80);

std::uint64_t load(const char* at) {
  std::uint64_t eight;
  std::memcpy(&eight, at, sizeof eight);
  return eight;
}

// For bytes below 0x80: sets the high bit of those that are zero; above a zero byte perhaps of others too.
constexpr std::uint64_t zeros(std::uint64_t eight) { return eight - each(1); }

}  // namespace

std::size_t plain_length(std::string_view s) {
  std::size_t i = 0;
  // Eight at a time. A block that is not plain is looked at byte by byte, so that a false alarm costs time and no more.
  for (; i + 8 <= s.size(); i += 8) {
    const auto x = load(s.data() + i);
    const auto special = x | zeros(x ^ each('"')) | zeros(x ^ each('\\')) | zeros(x ^ each(0x7f)) | (x - each(0x20));
    if (special & high) break;
  }
  for (; i < s.size(); ++i) {
    const auto c = static_cast<unsigned char>(s[i]);
    if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\') break;
  }
  return i;
}

bool is_utf8(std::string_view s) {
  for (std::size_t i = 0; i < s.size();) {
    if (i + 8 <= s.size() && (load(s.data() + i) & high) == 0) {
      i += 8;
      continue;
    }
    const auto n = utf8_length(s.substr(i));
    if (n == 0) return false;
    i += n;
  }
  return true;
}

}  // namespace weir::inline v0::core
