// What is UTF-8 and what is not.

#pragma once

#include <cstddef>
#include <string_view>

namespace weir::inline v0::core {

/// How many bytes the UTF-8 sequence at the front of `s`, which is not empty, has; 0 where it is not one.
inline std::size_t utf8_length(std::string_view s) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const unsigned char c = byte(0);
  if (c < 0x80) return 1;
  if (c < 0xc2) return 0;
  if (c < 0xe0) return s.size() >= 2 && follows(1) ? 2 : 0;
  if (c < 0xf0) {
    if (s.size() < 3 || !follows(1) || !follows(2)) return 0;
    return (c == 0xe0 && byte(1) < 0xa0) || (c == 0xed && byte(1) > 0x9f) ? 0 : 3;
  }
  if (c > 0xf4 || s.size() < 4 || !follows(1) || !follows(2) || !follows(3)) return 0;
  return (c == 0xf0 && byte(1) < 0x90) || (c == 0xf4 && byte(1) > 0x8f) ? 0 : 4;
}

/// Bytes at the front of `s` that JSON takes as they are: UTF-8 without quotes, backslashes and control characters.
std::size_t clean_length(std::string_view s);

bool is_utf8(std::string_view s);

}  // namespace weir::inline v0::core
