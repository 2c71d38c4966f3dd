// A link as markdown.

#pragma once

#include <string>
#include <string_view>

namespace weir::inline v0::core {

/// [text](url), or [url](url) without a text: one link whatever is in the two. Brackets in the text are escaped, control
/// characters are spaces; spaces, parentheses and angle brackets in the URL are percent-encoded, which says the same.
std::string markdown_link(std::string_view url, std::string_view text);

}  // namespace weir::inline v0::core
