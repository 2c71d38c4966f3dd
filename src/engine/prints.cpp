#include "engine/prints.hpp"

#include "core/line_joiner.hpp"
#include "engine/run.hpp"
#include "engine/stream_capture.hpp"

#include <fmt/format.h>

#include <array>

namespace weir::inline v0::detail {
namespace {

// A line that is longer is stored in pieces, and shown before its end. Chosen; no data.
constexpr std::size_t longest_line = 64 * 1024;

/// What a run has printed on this thread since its last newline.
struct line_in_progress {
  const run_context* of = nullptr;
  channel through{};
  core::line_joiner text{longest_line};
};

/// Printed on this thread, and not yet shown. Kept for the thread and not for the run, so that what nested runs print
/// is shown in the order in which it was printed.
struct held_text {
  std::string text;
  print_source* source = nullptr;

  bool show(std::string_view more = {}) {
    text += more;
    const bool all = source->show(text) == text.size();
    text.clear();
    return all;
  }
};

struct thread_prints {
  std::vector<line_in_progress> lines;  // those in use first; the others keep their memory
  std::size_t in_use = 0;
  std::array<held_text, channels> held;

  line_in_progress& line_of(const run_context& c, channel through) {
    for (std::size_t i = in_use; i-- > 0;)
      if (lines[i].of == &c && lines[i].through == through) return lines[i];
    if (in_use == lines.size()) lines.emplace_back();
    auto& line = lines[in_use++];
    line.of = &c;
    line.through = through;
    return line;
  }
  void release(line_in_progress& line) noexcept {
    line.of = nullptr;
    std::swap(line, lines[--in_use]);
  }
  void show_held() {
    for (auto& h : held)
      if (!h.text.empty()) h.show();
  }
  bool unfinished() const noexcept {
    if (in_use > 0) return true;
    for (const auto& h : held)
      if (!h.text.empty()) return true;
    return false;
  }
};

// A plain pointer for the same reason as the scratch of context.cpp.
[[gnu::tls_model("initial-exec")]] thread_local thread_prints* the_prints = nullptr;

// std::exit() leaves bodies without unwinding: what they printed is shown and stored when the thread's objects go.
struct prints_owner {
  ~prints_owner() {
    auto& thread = this_thread();
    while (the_prints->in_use > 0) {
      auto& line = the_prints->lines[--the_prints->in_use];
      try {
        line.text.end([&](std::string_view text) { store_line(*line.of, log::level::info, text); });
      } catch (...) {
        // As in take_print.
      }
    }
    the_prints->show_held();
    delete std::exchange(the_prints, nullptr);
    thread.unfinished_prints = false;
    thread.own_output = true;  // what is printed from here on is shown and nothing more
  }
};

thread_prints& prints_of_this_thread() {
  if (!the_prints) {
    this_thread_scratch();  // made before and so destroyed after: lines are written into it
    the_prints = new thread_prints;
    static thread_local prints_owner owner;
    (void)owner;
  }
  return *the_prints;
}

std::atomic<const thread_state*> first_thread{nullptr};
std::atomic<bool> several_threads{false};

// As long as one thread prints, each piece is shown at once: then text that reaches the same file on another way, such as
// printf, stays in its place. Of several, each shows its lines whole.
std::size_t show(print_source& source, held_text& held, std::string_view bytes) {
  const bool whole_lines = source.takes_whole_lines && several_threads.load(std::memory_order_relaxed);
  if (!whole_lines && held.text.empty()) return source.show(bytes);
  std::size_t now = whole_lines ? bytes.rfind('\n') + 1 : bytes.size();  // no newline: npos + 1 is 0
  if (now == 0 && held.text.size() + bytes.size() > longest_line) now = bytes.size();
  held.source = &source;
  if (now > 0 && !(held.text.empty() ? source.show(bytes.substr(0, now)) == now : held.show(bytes.substr(0, now))))
    return 0;
  held.text += bytes.substr(now);
  return bytes.size();
}

void store(const run_context& c, thread_prints& prints, channel through, std::string_view bytes) {
  auto& line = prints.line_of(c, through);
  line.text.add(bytes, [&c](std::string_view text) { store_line(c, log::level::info, text); });
  if (line.text.empty()) prints.release(line);
}

}  // namespace

std::size_t take_print(print_source& source, std::string_view bytes) {
  auto& thread = this_thread();
  const run_context* c = thread.current;
  if (!captures(c) || thread.own_output) return source.show(bytes);
  auto& prints = prints_of_this_thread();
  const auto shown = show(source, prints.held[static_cast<std::size_t>(source.through)], bytes);
  const own_work now(thread);
  try {
    store(*c, prints, source.through, bytes);
  } catch (...) {
    // No memory for the record: the program still prints.
  }
  thread.unfinished_prints = prints.unfinished();
  return shown;
}

void show_held(print_source& source) noexcept {
  auto& thread = this_thread();
  if (!thread.unfinished_prints) return;
  auto& held = the_prints->held[static_cast<std::size_t>(source.through)];
  if (held.text.empty()) return;
  held.show();
  thread.unfinished_prints = the_prints->unfinished();
}

void show_all_held(thread_state& thread) noexcept {
  const own_work now(thread);
  the_prints->show_held();
  thread.unfinished_prints = the_prints->unfinished();
}

void finish_lines(thread_state& thread, run_context* next) noexcept {
  const own_work now(thread);
  auto& prints = *the_prints;
  if (!captures(next)) prints.show_held();
  const run_context* ended = thread.current;
  for (std::size_t i = ended == next ? 0 : prints.in_use; i-- > 0;) {
    auto& line = prints.lines[i];
    if (line.of != ended) continue;
    try {
      line.text.end([ended](std::string_view text) { store_line(*ended, log::level::info, text); });
    } catch (...) {
      // As in take_print.
    }
    prints.release(line);
  }
  thread.unfinished_prints = prints.unfinished();
}

void note_printing_thread(const thread_state& thread) noexcept {
  const auto* known = first_thread.load(std::memory_order_relaxed);
  if (known == &thread || several_threads.load(std::memory_order_relaxed)) return;
  if (known || !first_thread.compare_exchange_strong(known, &thread)) several_threads = true;
}

void settle_prints(run_context& c, const run_context* parent) {
  const bool in_run = parent && parent->defined;  // not in the ambient one
  c.prints = c.defined->set.log_prints.value_or(in_run ? parent->prints : c.engine->log_prints()) &&
             log::level::info >= c.engine->level();
  if (!c.prints || (in_run && parent->prints)) return;
  for (const auto name : capture_streams())
    say(c, log::level::warning,
        fmt::format("{} was given another buffer since weir's was put there: what is printed to it is not stored",
                    name));
}

void print_erased(fmt::string_view format, fmt::format_args args) {
  fmt::memory_buffer text;
  fmt::vformat_to(std::back_inserter(text), format, args);
  if (text.size() == 0 || text[text.size() - 1] != '\n') text.push_back('\n');
  const std::string_view bytes(text.data(), text.size());
  auto& thread = this_thread();
  const own_work now(thread);
  if (thread.unfinished_prints) show_all_held(thread);
  show_on_cout(bytes);
  const run_context* c = thread.current;
  if (!c || !c->engine || log::level::info < c->engine->level()) return;
  core::line_joiner(longest_line).add(bytes, [c](std::string_view line) { store_line(*c, log::level::info, line); });
}

}  // namespace weir::inline v0::detail
