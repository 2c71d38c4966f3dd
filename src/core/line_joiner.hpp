// Lines out of what is printed piece by piece.

#pragma once

#include <string>
#include <string_view>

namespace weir::inline v0::core {

/// Joins pieces until their newline. "\r\n" ends a line as "\n" does; any other carriage return begins the line anew, as
/// on a terminal, so that a progress bar is one line: its last. A line longer than `longest` bytes comes in pieces of
/// that size, cut between characters of UTF-8. How the text is cut into pieces on its way makes no difference.
/// Threads: one thread at a time.
class line_joiner {
 public:
  explicit line_joiner(std::size_t longest) noexcept : longest_(longest) {}

  /// Calls `line(std::string_view)` for each line that `bytes` complete.
  template <class Line>
  void add(std::string_view bytes, Line&& line) {
    for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
      complete(bytes.substr(0, end), line);
      bytes.remove_prefix(end + 1);
    }
    hold(bytes, line);
  }

  /// Nothing more will come: what is left is a line too.
  template <class Line>
  void end(Line&& line) {
    if (!text_.empty()) line(std::string_view(text_));
    reset();
  }

  /// Whether a line has begun.
  bool empty() const noexcept { return text_.empty() && !returned_; }

 private:
  template <class Line>
  void complete(std::string_view bytes, Line& line) {
    const auto returned = bytes.find('\r');
    const bool plain = returned == std::string_view::npos || returned + 1 == bytes.size();
    if (empty() && plain && bytes.size() <= longest_) return line(bytes.substr(0, returned));  // without a copy
    hold(bytes, line);
    line(std::string_view(text_));
    reset();
  }

  template <class Line>
  void hold(std::string_view bytes, Line& line) {
    while (!bytes.empty()) {
      if (bytes.front() == '\r') {
        returned_ = true;
        bytes.remove_prefix(1);
        continue;
      }
      if (returned_) text_.clear();
      returned_ = false;
      const auto some = bytes.substr(0, bytes.find('\r')).substr(0, longest_ + 1 - text_.size());
      text_.append(some);
      bytes.remove_prefix(some.size());
      if (text_.size() <= longest_) continue;
      const auto size = size_of_piece();
      line(std::string_view(text_).substr(0, size));
      text_.erase(0, size);  // never all of it
    }
  }

  std::size_t size_of_piece() const noexcept;
  void reset() noexcept;

  std::size_t longest_;
  std::string text_;       // of the line in progress, never longer than longest_
  bool returned_ = false;  // a carriage return came last: what follows takes its place, unless it is the newline
};

}  // namespace weir::inline v0::core
