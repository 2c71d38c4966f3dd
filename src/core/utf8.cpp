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

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

}  // namespace

std::size_t clean_length(std::string_view s) {
  const char* at = s.data();
  const char* const end = at + s.size();
  while (at != end) {
    // Eight at a time. A block that is not plain is looked at byte by byte, so that a false alarm costs time and no more.
    for (; end - at >= 8; at += 8) {
      const auto x = load(at);
      const auto special = x | zeros(x ^ each('"')) | zeros(x ^ each('\\')) | zeros(x ^ each(0x7f)) | (x - each(0x20));
      if (special & high) break;
    }
    const auto* const stop = end - at > 8 ? at + 8 : end;
    while (at < stop && is_plain(*at)) ++at;
    if (at >= stop) continue;
    if (static_cast<unsigned char>(*at) < 0x80) break;
    do {
      const auto n = utf8_length({at, static_cast<std::size_t>(end - at)});
      if (n == 0) return static_cast<std::size_t>(at - s.data());
      at += n;
    } while (at != end && static_cast<unsigned char>(*at) >= 0x80);
  }
  return static_cast<std::size_t>(at - s.data());
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
