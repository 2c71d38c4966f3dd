// What is UTF-8 and what is not.

#pragma once

#include <cstddef>
#include <string_view>

namespace weir::inline v0::core {

/// How many bytes the UTF-8 sequence at the front of `s`, which is not empty, has; 0 where it is not one.
inline std::size_t utf8_length(std::string_view s) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  const unsigned char c = byte(0);
  const std::size_t n = c < 0x80                ? 1
                        : c >= 0xc2 && c < 0xe0 ? 2
                        : c >= 0xe0 && c < 0xf0 ? 3
                        : c >= 0xf0 && c < 0xf5 ? 4
                                                : 0;
  if (n == 0 || n > s.size()) return 0;
  for (std::size_t i = 1; i < n; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  if ((c == 0xe0 && byte(1) < 0xa0) || (c == 0xed && byte(1) > 0x9f) || (c == 0xf0 && byte(1) < 0x90) ||
      (c == 0xf4 && byte(1) > 0x8f))
    return 0;
  return n;
}

/// Bytes at the front of `s` that JSON takes as they are: ASCII without quotes, backslashes and control characters.
std::size_t plain_length(std::string_view s);

bool is_utf8(std::string_view s);

}  // namespace weir::inline v0::core
