// Texts that people read as names: of tasks, flows, runs, states and tags.

#pragma once

#include <string>
#include <string_view>

namespace weir::inline v0::core {

/// What in `text` keeps it from being a name, to stand after "has"; empty where nothing does. Names reach terminals, JSON and
/// addresses.
std::string_view unprintable(std::string_view text);

/// The same text with a space for each control character.
std::string without_controls(std::string_view text);

/// A text of any kind as it can stand in a message, on one line: control characters and what is not UTF-8 as \x1b, at most
/// 200 bytes of it.
std::string shown(std::string_view text);

}  // namespace weir::inline v0::core
