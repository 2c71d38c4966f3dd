#include "core/run_name.hpp"

#include "core/name_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <vector>

namespace weir::inline v0::core {
namespace {

constexpr std::size_t longest_name = 200;

// Calls text(part) and placeholder(name) in turn; returns what is wrong with the pattern.
template <class Text, class Placeholder>
std::string walk(std::string_view pattern, Text&& text, Placeholder&& placeholder) {
  for (std::size_t i = 0; i < pattern.size();) {
    const char c = pattern[i];
    if ((c == '{' || c == '}') && i + 1 < pattern.size() && pattern[i + 1] == c) {
      text(pattern.substr(i, 1));
      i += 2;
    } else if (c == '{') {
      const auto end = pattern.find('}', i);
      if (end == std::string_view::npos) return "has a { without its }; write {{ for a brace";
      placeholder(pattern.substr(i + 1, end - i - 1));
      i = end + 1;
    } else if (c == '}') {
      return "has a } without its {; write }} for a brace";
    } else {
      const auto end = std::min(pattern.find_first_of("{}", i), pattern.size());
      text(pattern.substr(i, end - i));
      i = end;
    }
  }
  return {};
}

constexpr std::string_view adjectives[64] = {
    "able",  "agile",  "amber",  "brave",  "bright", "brisk",  "broad",  "calm",   "candid", "clear", "clever",
    "cool",  "crisp",  "curly",  "daring", "deep",   "eager",  "early",  "easy",   "even",   "fair",  "fancy",
    "fine",  "fleet",  "fond",   "free",   "fresh",  "gentle", "glad",   "golden", "grand",  "green", "handy",
    "happy", "hardy",  "humble", "jolly",  "keen",   "kind",   "lively", "loyal",  "lucid",  "lucky", "mellow",
    "merry", "mild",   "misty",  "neat",   "nimble", "noble",  "polite", "proud",  "quick",  "quiet", "rapid",
    "ready", "silver", "smart",  "snug",   "steady", "sunny",  "swift",  "tidy",   "wise"};
constexpr std::string_view nouns[64] = {
    "alder",   "avocet",  "barbel",   "beaver", "bittern", "bream", "brook", "carp",   "char",   "coot",    "cormorant",
    "crane",   "curlew",  "dabchick", "dipper", "duck",    "eel",   "egret", "fern",   "ford",   "frog",    "gannet",
    "godwit",  "goose",   "grebe",    "gull",   "heron",   "ibis",  "iris",  "kelp",   "knot",   "lamprey", "loach",
    "loon",    "mallard", "marsh",    "minnow", "moss",    "newt",  "osier", "osprey", "otter",  "perch",   "pike",
    "pintail", "plover",  "pond",     "rail",   "reed",    "roach", "ruff",  "rush",   "salmon", "sedge",   "smelt",
    "snipe",   "spring",  "stork",    "swan",   "teal",    "tench", "tern",  "trout",  "willow"};

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  std::string_view best;
  std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const auto c : candidates)
    if (const auto d = distance(word, c); d < least) least = d, best = c;
  return best;
}

std::string run_name_problem(std::string_view pattern, std::span<const std::string_view> parameters) {
  if (pattern.empty()) return "is empty";
  std::string unknown;
  auto malformed = walk(
      pattern, [](std::string_view) {},
      [&](std::string_view name) {
        if (!unknown.empty() || std::find(parameters.begin(), parameters.end(), name) != parameters.end()) return;
        const auto near = nearest(name, parameters);
        unknown = fmt::format("names no parameter with {{{}}}; ", name);
        unknown += !near.empty()        ? fmt::format("did you mean {{{}}}?", near)
                   : parameters.empty() ? std::string("there are none")
                                        : fmt::format("there are {}", fmt::join(parameters, ", "));
      });
  return malformed.empty() ? unknown : malformed;
}

std::string fill_run_name(std::string_view pattern, std::string_view parameters_json) {
  const auto parameters = nlohmann::json::parse(parameters_json, nullptr, false);
  std::string out;
  walk(
      pattern, [&](std::string_view part) { out += part; },
      [&](std::string_view name) {
        if (const auto value = parameters.find(std::string(name)); value == parameters.end())
          out += fmt::format("{{{}}}", name);
        else if (value->is_string()) out += value->get_ref<const std::string&>();
        else out += value->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
      });
  out = without_controls(out);  // a parameter may hold anything; a name is one line of text
  if (out.size() > longest_name) {
    std::size_t end = longest_name - 3;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xc0u) == 0x80) --end;  // not inside a character
    out = out.substr(0, end) + "...";
  }
  return out;
}

std::string two_words(std::uint64_t random) {
  return fmt::format("{}-{}", adjectives[random % 64], nouns[random / 64 % 64]);
}

}  // namespace weir::inline v0::core
