// std::cout, std::cerr and std::clog, by thread.

#pragma once

#include <string_view>
#include <vector>

namespace weir::inline v0::detail {

/// Puts a buffer of ours before that of each stream, the first time; it stays. The streams must not be in use by other
/// threads at that moment: their own pointer to the buffer has no lock.
/// \return names of the streams that somebody has given another buffer since, each only once
std::vector<std::string_view> capture_streams();

/// Writes where std::cout writes, past its flags and past our buffer's capture.
void show_on_cout(std::string_view);

}  // namespace weir::inline v0::detail
