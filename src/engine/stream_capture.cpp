#include "engine/stream_capture.hpp"

#include "engine/prints.hpp"
#include "platform/stdio_capture.hpp"

#include <iostream>

#if __has_include(<ext/stdio_sync_filebuf.h>)
#include <ext/stdio_sync_filebuf.h>
#endif

namespace weir::inline v0::detail {
namespace {

// The file behind a standard stream as long as it is synchronised with C's; null for any other buffer. Only libstdc++ can
// tell; elsewhere pieces are always shown at once.
std::FILE* file_behind([[maybe_unused]] std::streambuf* buffer) {
#if __has_include(<ext/stdio_sync_filebuf.h>)
  if (auto* synced = dynamic_cast<__gnu_cxx::stdio_sync_filebuf<char>*>(buffer)) return synced->file();
#endif
  return nullptr;
}

channel channel_of(std::FILE* file, channel own) noexcept {
  if (file && file == platform::standard_output()) return channel::standard_output;
  if (file && file == platform::standard_error()) return channel::standard_error;
  return own;
}

/// Before the buffer that a stream had.
class dispatcher final : public std::streambuf, public print_source {
 public:
  dispatcher(std::ostream& stream, std::string_view name, channel own)
      : dispatcher(stream, name, own, file_behind(stream.rdbuf())) {}

  void install() {
    const auto state = stream_.rdstate();
    stream_.rdbuf(this);  // clears the state
    try {
      stream_.setstate(state);
    } catch (const std::ios_base::failure&) {
      // It had failed before and is to throw when it fails: it has failed again.
    }
  }

  std::size_t show(std::string_view bytes) override {
    if (file_) return std::fwrite(bytes.data(), 1, bytes.size(), file_);  // what its buffer does
    return under_ ? static_cast<std::size_t>(under_->sputn(bytes.data(), static_cast<std::streamsize>(bytes.size())))
                  : 0;
  }

  /// Whether somebody took the stream over, and nobody was told yet.
  bool newly_replaced() { return stream_.rdbuf() != this && !told_.exchange(true); }
  std::string_view name() const noexcept { return name_; }

 protected:
  int_type overflow(int_type c) override {
    if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
    const char byte = traits_type::to_char_type(c);
    return take_print(*this, {&byte, 1}) == 1 ? c : traits_type::eof();
  }
  std::streamsize xsputn(const char* s, std::streamsize n) override {
    return n > 0 ? static_cast<std::streamsize>(take_print(*this, {s, static_cast<std::size_t>(n)})) : 0;
  }
  int sync() override {
    show_held(*this);
    return under_ ? under_->pubsync() : -1;
  }
  std::streambuf* setbuf(char* s, std::streamsize n) override {
    if (under_) under_->pubsetbuf(s, n);
    return this;
  }
  pos_type seekoff(off_type by, std::ios_base::seekdir from, std::ios_base::openmode which) override {
    show_held(*this);
    return under_ ? under_->pubseekoff(by, from, which) : pos_type(off_type(-1));
  }
  pos_type seekpos(pos_type to, std::ios_base::openmode which) override {
    show_held(*this);
    return under_ ? under_->pubseekpos(to, which) : pos_type(off_type(-1));
  }
  void imbue(const std::locale& l) override {
    if (under_) under_->pubimbue(l);
  }

 private:
  dispatcher(std::ostream& stream, std::string_view name, channel own, std::FILE* file)
      : print_source(channel_of(file, own), file != nullptr), stream_(stream), name_(name), under_(stream.rdbuf()),
        file_(file) {}

  std::ostream& stream_;
  std::string_view name_;
  std::streambuf* under_;
  std::FILE* file_;
  std::atomic<bool> told_{false};
};

struct dispatchers {
  dispatcher out{std::cout, "std::cout", channel::cout};
  dispatcher err{std::cerr, "std::cerr", channel::cerr};
  dispatcher log{std::clog, "std::clog", channel::clog};

  dispatchers() {
    for (auto* d : {&out, &err, &log}) d->install();
  }
};

}  // namespace

std::vector<std::string_view> capture_streams() {
  // Never destroyed: the streams are used until the very end of the program.
  static dispatchers& all = *new dispatchers;
  std::vector<std::string_view> replaced;
  for (auto* d : {&all.out, &all.err, &all.log})
    if (d->newly_replaced()) replaced.push_back(d->name());
  return replaced;
}

void show_on_cout(std::string_view bytes) {
  const platform::standard_output_lock whole_line;
  if (auto* buffer = std::cout.rdbuf()) buffer->sputn(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace weir::inline v0::detail
