// What bodies print: shown where it was printed to, and stored as lines of the run.
//
// Text comes from std::cout and its like (stream_capture.cpp) and from C's stdout (capture_stdio). Each thread joins its own
// pieces, one line for each run that it is in, so that lines of two runs or two threads never mix in the record.

#pragma once

#include "engine/context.hpp"

#include <cerrno>

namespace weir::inline v0::detail {

/// Each has a line in progress of its own. What goes to the same file through different streams shares one.
enum class channel : std::uint8_t { standard_output, standard_error, cout, cerr, clog };
constexpr std::size_t channels = 5;

/// A stream that prints, and the place where it shows its text. Lives for ever.
class print_source {
 public:
  /// \param whole_lines  the place takes text from any thread at any time, so lines may be held back until they are whole
  print_source(channel c, bool whole_lines) noexcept : through(c), takes_whole_lines(whole_lines) {}
  print_source(const print_source&) = delete;
  print_source& operator=(const print_source&) = delete;
  virtual ~print_source() = default;

  /// \return how many bytes were taken
  virtual std::size_t show(std::string_view) = 0;

  const channel through;
  const bool takes_whole_lines;
};

/// Shows what the calling thread prints, and stores the lines that it completes where the thread's run captures.
/// \return how many bytes were taken
std::size_t take_print(print_source&, std::string_view);
/// Shows what is held back on its way to the same place: somebody flushes.
void show_held(print_source&) noexcept;

/// Whether the run that `c` is captures what it prints; `parent` is the run that it is called in, or null. Where it is the
/// first one on this thread, makes sure that the streams are ours.
void settle_prints(run_context& c, const run_context* parent);

/// Whatever is done for the record leaves errno as the printing program knows it, and is not captured itself.
class own_work {
 public:
  explicit own_work(thread_state& thread) noexcept : thread_(thread), before_(std::exchange(thread.own_output, true)) {}
  ~own_work() {
    thread_.own_output = before_;
    errno = errno_;
  }
  own_work(const own_work&) = delete;
  own_work& operator=(const own_work&) = delete;

 private:
  thread_state& thread_;
  bool before_;
  int errno_ = errno;
};

// Of prints.cpp, for the two below.
void note_printing_thread(const thread_state&) noexcept;
void show_all_held(thread_state&) noexcept;
void finish_lines(thread_state&, run_context* next) noexcept;

inline bool captures(const run_context* c) noexcept { return c && c->prints; }

/// The calling thread is in `c` from here on; null: in no run.
inline void enter_context(run_context* c) noexcept {
  auto& thread = this_thread();
  if (thread.unfinished_prints && !captures(c)) show_all_held(thread);
  if (captures(c)) note_printing_thread(thread);
  thread.current = c;
}
/// Back to what the thread was in before; what the body printed without a newline at its end is a line now.
inline void leave_context(run_context* previous) noexcept {
  auto& thread = this_thread();
  if (thread.unfinished_prints) finish_lines(thread, previous);
  thread.current = previous;
}

}  // namespace weir::inline v0::detail
