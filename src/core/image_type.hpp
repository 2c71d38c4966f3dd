// Which kind of image bytes are: by how they begin, whatever a file is called.

#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace weir::inline v0::core {

/// "image/png", "image/jpeg", "image/gif", "image/webp" or "image/svg+xml"; empty for everything else.
/// \param begin  the first bytes of the image, 16 KiB where it has so many: an SVG may begin with long comments
std::string_view image_type(std::span<const std::byte> begin) noexcept;

}  // namespace weir::inline v0::core
