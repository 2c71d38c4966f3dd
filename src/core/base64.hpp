// Base64 as in RFC 4648, section 4: with padding, without line breaks.

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace weir::inline v0::core {

constexpr std::size_t base64_length(std::size_t bytes) { return (bytes / 3 + (bytes % 3 != 0)) * 4; }

/// `out` has room for base64_length(data.size()) characters.
void base64_encode(std::span<const std::byte> data, char* out);

/// Bytes that a text of this form holds; nothing where its length or its padding is wrong.
std::optional<std::size_t> base64_size(std::string_view text);

/// `out` has base64_size(text) bytes. \return false where a character is none of base64
bool base64_decode(std::string_view text, std::span<std::byte> out);

}  // namespace weir::inline v0::core
