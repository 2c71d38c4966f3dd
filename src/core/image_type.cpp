#include "core/image_type.hpp"

namespace weir::inline v0::core {
namespace {

// What may stand in front of the first element: a byte order mark, declarations, comments, a document type with or without
// an internal subset.
bool begins_with_svg(std::string_view text) noexcept {
  const auto skip_past = [&text](std::string_view end) {
    const auto at = text.find(end);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + end.size());
  };
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  for (;;) {
    const auto begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return false;
    text.remove_prefix(begin);
    if (text.starts_with("<?")) skip_past("?>");
    else if (text.starts_with("<!--")) skip_past("-->");
    else if (text.starts_with("<!DOCTYPE")) {
      if (text.find('[') < text.find('>')) skip_past("]");
      skip_past(">");
    } else break;
  }
  if (!text.starts_with('<')) return false;
  auto name = text.substr(1, text.find_first_of(" \t\r\n/>") - 1);
  if (const auto colon = name.find(':'); colon != std::string_view::npos) name.remove_prefix(colon + 1);
  return name == "svg" && name.end() != text.end();
}

}  // namespace

std::string_view image_type(std::span<const std::byte> begin) noexcept {
  const std::string_view text(reinterpret_cast<const char*>(begin.data()), begin.size());
  if (text.starts_with("\x89PNG\r\n\x1a\n")) return "image/png";
  if (text.starts_with("\xff\xd8\xff")) return "image/jpeg";
  if (text.starts_with("GIF87a") || text.starts_with("GIF89a")) return "image/gif";
  if (text.starts_with("RIFF") && text.size() >= 12 && text.substr(8, 4) == "WEBP") return "image/webp";
  if (begins_with_svg(text)) return "image/svg+xml";
  return {};
}

}  // namespace weir::inline v0::core
