// What the rest of core knows about nlohmann's tree. All of it goes without recursion: a value may be nested more deeply than
// the stack of a small thread allows.

#pragma once

#include <nlohmann/json.hpp>

#include <string_view>

namespace weir::inline v0::core {

/// Throws error (bad_value): expected this, found that, whose text is shown in short.
[[noreturn]] void unexpected(std::string_view expected, const nlohmann::json& found);

/// Whether brackets outside of strings go deeper than this. Looks at nothing else.
bool nested_deeper(std::string_view text, std::size_t levels);

}  // namespace weir::inline v0::core
