// C's stdout and stderr, by thread, where a program asks for it.

#include "engine/prints.hpp"
#include "platform/stdio_capture.hpp"

#include <fmt/format.h>

namespace weir::inline v0 {
namespace detail {
namespace {

// Of the FILE that it shows its text on, which C++'s streams may write to at the same time.
class c_stream final : public print_source {
 public:
  c_stream(channel c, std::FILE* file) noexcept : print_source(c, false), file_(file) {}

  std::size_t show(std::string_view bytes) override {
    const auto written = std::fwrite(bytes.data(), 1, bytes.size(), file_);
    // Whoever flushes stdout flushes the stream in its place, and we are not told.
    return std::fflush(file_) == 0 ? written : 0;
  }

 private:
  std::FILE* file_;
};

struct c_streams {
  c_stream out{channel::standard_output, platform::standard_output()};
  c_stream err{channel::standard_error, platform::standard_error()};
};
c_streams& the_streams() {
  static c_streams& s = *new c_streams;  // never destroyed: C prints until the very end of the program
  return s;
}

std::size_t receive(bool standard_error, std::string_view piece) {
  return take_print(standard_error ? the_streams().err : the_streams().out, piece);
}

}  // namespace
}  // namespace detail

void capture_stdio() {
  if (platform::stdio_is_captured()) return;
  if (detail::this_thread().current)
    throw usage_error("capture_stdio: called inside a run; call it at the start of main, before any thread is started");
  detail::the_streams();
  if (const char* why = platform::capture_stdio(&detail::receive))
    throw usage_error(fmt::format("capture_stdio: C's output cannot be captured here: {}", why));
}

}  // namespace weir::inline v0
