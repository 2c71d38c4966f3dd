// Names of runs: templates over parameters, and two-word slugs.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace weir::inline v0::core {

/// What is wrong with the template "read {file}" for a body with these parameters, as the end of a sentence; empty where
/// it is fine. Names a near parameter where one was misspelt.
std::string run_name_problem(std::string_view pattern, std::span<const std::string_view> parameters);

/// Fills the template in from the recorded parameters (a JSON object): texts without quotes, everything else as JSON.
/// At most 200 bytes, on one line: control characters become spaces.
std::string fill_run_name(std::string_view pattern, std::string_view parameters_json);

/// "calm-heron": one of 64 adjectives and one of 64 water birds, fish and plants.
std::string two_words(std::uint64_t random);

/// The one of `candidates` that is nearest to `word`, if one is near enough to be a slip; else empty.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace weir::inline v0::core
