#include "core/markdown_link.hpp"

#include <fmt/format.h>

namespace weir::inline v0::core {

std::string markdown_link(std::string_view url, std::string_view text) {
  std::string out = "[";
  for (const char c : text.empty() ? url : text) {
    if (c == '[' || c == ']' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  }
  out += "](";
  for (const char c : url) {
    if (std::string_view(" ()<>\\").find(c) == std::string_view::npos) out += c;
    else out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out += ')';
}

}  // namespace weir::inline v0::core
