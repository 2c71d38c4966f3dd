// What a body threw, as the record keeps it.

#pragma once

#include <weir/state.hpp>

#include <exception>

namespace weir::inline v0::detail {

/// Of any type: std::exception with its nested causes, texts, and whatever else by the name of its type.
failure describe(const std::exception_ptr& error, int attempt);
/// "std::runtime_error: 503", at most `longest` bytes.
std::string in_short(const failure&, std::size_t longest = 2000);
std::string to_json_text(const failure&);
/// `text` if it is not longer than `longest` bytes, else its beginning, of whole characters, and how much was left out.
std::string cut(std::string_view text, std::size_t longest);

constexpr std::size_t longest_message = 1
                                        << 20;  // Prefect's limit for a log line; also ours for what an exception says

}  // namespace weir::inline v0::detail
