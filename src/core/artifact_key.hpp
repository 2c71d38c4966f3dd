// Keys of artifacts: what is one, and what was probably meant by what is none.

#pragma once

#include <string>
#include <string_view>

namespace weir::inline v0::core {

/// Lower-case letters, digits and hyphens, at most 200 bytes; or empty, for no key. Source: Prefect's keys, which have no
/// bound on their length.
bool is_artifact_key(std::string_view) noexcept;

/// The key that is nearest to a text: "My Report!" gives "my-report". Empty where nothing of it can be in a key.
std::string nearest_artifact_key(std::string_view);

}  // namespace weir::inline v0::core
