#include "core/name_text.hpp"

#include "core/utf8.hpp"

#include <fmt/format.h>

namespace weir::inline v0::core {
namespace {

constexpr std::size_t longest_shown = 200;

// C0, DEL and, as UTF-8, C1: terminals obey them all.
bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first < 0x20 || first == 0x7f;
  return first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
}

}  // namespace

std::string_view unprintable(std::string_view text) {
  while (!text.empty()) {
    const auto n = utf8_length(text);
    if (n == 0) return "bytes that are not UTF-8";
    if (is_control(text.substr(0, n))) return "a control character";
    text.remove_prefix(n);
  }
  return {};
}

std::string without_controls(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto character = text.substr(0, std::max<std::size_t>(utf8_length(text), 1));
    if (is_control(character)) out += ' ';
    else out += character;
    text.remove_prefix(character.size());
  }
  return out;
}

std::string shown(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto length = utf8_length(text);
    const auto character = text.substr(0, std::max<std::size_t>(length, 1));
    if (out.size() + character.size() > longest_shown) return out + "...";
    if (length != 0 && !is_control(character)) out += character;
    else
      for (const char c : character) out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    text.remove_prefix(character.size());
  }
  return out;
}

}  // namespace weir::inline v0::core
