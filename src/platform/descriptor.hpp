// Descriptors in a process that others have set up.

#pragma once

namespace weir::inline v0::platform {

/// The same open file under a number above 2. A program that was started without standard error gives its number to the
/// next file that is opened, and whatever is then said on standard error ends up in there.
/// \return `fd` itself where it is above 2 or negative
int above_standard(int fd) noexcept;

}  // namespace weir::inline v0::platform
