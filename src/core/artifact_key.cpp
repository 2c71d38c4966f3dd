#include "core/artifact_key.hpp"

#include <algorithm>

namespace weir::inline v0::core {
namespace {

constexpr std::size_t longest_key = 200;

bool may_be_in_key(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }

}  // namespace

bool is_artifact_key(std::string_view text) noexcept {
  return text.size() <= longest_key && std::all_of(text.begin(), text.end(), may_be_in_key);
}

std::string nearest_artifact_key(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (out.size() == longest_key) break;
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (may_be_in_key(c) && c != '-') out += c;
    else if (!out.empty() && out.back() != '-') out += '-';
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out;
}

}  // namespace weir::inline v0::core
