// The lines on standard error: what they look like, where they are coloured, and that nothing which becomes of standard
// error ends a run. Each program is a child of its own.

#include "support/catch2.hpp"
#include "support/printing.hpp"
#include "support/runtime.hpp"

#include <pty.h>

#include <regex>
#include <thread>

using namespace weir_test;

namespace {

const auto step = weir::task("step", [] { weir::log::warning("careful"); });

void one_flow(const std::string& store, weir::log::level level = weir::log::level::info) {
  weir::runtime rt({.store = store, .log_level = level});
  weir::flow("f", [] { step(); }).as({.run_name = "calm-heron"}).on(rt)();
}

// All that a child writes to the terminal that is its standard error.
template <class F>
std::string on_terminal(F&& body) {
  int terminal = -1;
  const pid_t pid = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  REQUIRE(pid >= 0);
  if (pid == 0) {
    body();
    ::_exit(0);
  }
  std::string out;
  char piece[1024];
  for (ssize_t n; (n = ::read(terminal, piece, sizeof piece)) > 0;) out.append(piece, static_cast<std::size_t>(n));
  ::close(terminal);
  CHECK(wait_for(pid) == 0);
  return out;
}

// Whether a run was recorded to its end by a child whose standard error is what `prepare` makes of it.
template <class F>
bool recorded(F&& prepare) {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  const int status = wait_for(start_child([&] {
    ::signal(SIGPIPE, SIG_DFL);
    prepare();
    one_flow(path);
    one_flow(path);
  }));
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return false;
  const weir::store store(path);
  return store.count_flow_runs({.states = {weir::state_type::completed}}) == 2 &&
         store.logs({.contains = "careful"}).size() == 2;
}

}  // namespace

TEST_CASE("lines go to standard error as time, level, run and message, without colour in a file", "[log][console]") {
  const printing_child child([](auto& c) { one_flow(c.store); });
  REQUIRE(child.ended_well());
  CHECK(child.out().empty());
  const auto lines = lines_of(child.err());
  REQUIRE(lines.size() == 3);
  const std::string time = R"(\d\d:\d\d:\d\d\.\d\d\d \| )";
  CHECK(std::regex_match(
      lines[0], std::regex(time + "INFO    \\| Flow run 'calm-heron' - Beginning flow run 'calm-heron' for flow 'f'")));
  CHECK(std::regex_match(lines[1], std::regex(time + "WARNING \\| Task run 'step-0' - careful")));
  CHECK(std::regex_match(lines[2],
                         std::regex(time + R"(INFO    \| Flow run 'calm-heron' - Finished in state Completed\(\))")));
}

TEST_CASE("the states of tasks are said at the level of debugging, of flows at that of information", "[log][console]") {
  const printing_child child([](auto& c) { one_flow(c.store, weir::log::level::debug); });
  REQUIRE(child.ended_well());
  CHECK_THAT(child.err(), ContainsSubstring("| DEBUG   | Task run 'step-0' - Finished in state Completed()"));
  const printing_child quiet([](auto& c) { one_flow(c.store, weir::log::level::error); });
  CHECK(quiet.err().empty());
}

TEST_CASE("a line outside any run is weir's", "[log][console]") {
  const printing_child child([](auto& c) {
    ::setenv("WEIR_STORE", c.store.c_str(), 1);
    weir::log::info("before");
  });
  CHECK_THAT(child.err(), ContainsSubstring("| INFO    | weir - before\n"));
  CHECK_FALSE(std::filesystem::exists(child.store));
}

TEST_CASE("levels are coloured on a terminal, unless NO_COLOR or a dumb terminal says no", "[log][console]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  const auto in = [&](std::initializer_list<std::pair<const char*, const char*>> environment) {
    return on_terminal([&] {
      for (const auto* name : {"NO_COLOR", "COLORTERM", "TERM"}) ::unsetenv(name);
      for (const auto& [name, value] : environment) ::setenv(name, value, 1);
      one_flow(path);
    });
  };
  const std::string coloured = "\x1b[33m\x1b[1mWARNING\x1b[m", plain = "| WARNING | Task run";
  CHECK_THAT(in({{"TERM", "xterm-256color"}}), ContainsSubstring(coloured));
  CHECK_THAT(in({{"TERM", "xterm"}, {"NO_COLOR", ""}}), ContainsSubstring(coloured));  // only a value says no
  CHECK_THAT(in({{"TERM", "xterm"}, {"NO_COLOR", "1"}}), ContainsSubstring(plain) && !ContainsSubstring("\x1b["));
  CHECK_THAT(in({{"TERM", "dumb"}}), ContainsSubstring(plain) && !ContainsSubstring("\x1b["));
  CHECK_THAT(in({{"TERM", "dumb"}, {"COLORTERM", "truecolor"}}),
             ContainsSubstring(plain) && !ContainsSubstring("\x1b["));
  CHECK_THAT(in({}), ContainsSubstring(plain) && !ContainsSubstring("\x1b["));
}

TEST_CASE("no run ends because standard error is full, closed or read by nobody", "[log][console][fault]") {
  CHECK(recorded([] { ::dup2(::open("/dev/full", O_WRONLY), 2); }));
  CHECK(recorded([] { ::close(2); }));
  CHECK(recorded([] {
    int ends[2];
    if (::pipe(ends) != 0) ::_exit(30);
    ::dup2(ends[1], 2);
    ::close(ends[0]);
    ::close(ends[1]);
  }));
}

TEST_CASE("what is said on a closed standard error lands in no file of the store", "[log][console][fault]") {
  temporary_folder folder;
  const auto path = folder / "weir.db";
  CHECK(in_child([&] {
          ::close(2);  // the next file that is opened gets its number
          one_flow(path);
          return 0;
        }) == 0);
  CHECK(std::filesystem::file_size(path + "-lock") == 0);
  CHECK(weir::store(path).count_flow_runs() == 1);
}

TEST_CASE("a signal that was on its way to the thread before a line is still on its way after it",
          "[log][console][fault]") {
  CHECK(in_child([] {
          int ends[2];
          sigset_t pipe, pending;
          sigemptyset(&pipe);
          sigaddset(&pipe, SIGPIPE);
          if (::pipe(ends) != 0 || ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr) != 0) return 30;
          ::raise(SIGPIPE);
          ::dup2(ends[1], 2);
          ::close(ends[0]);
          ::close(ends[1]);
          weir::log::error("into a broken pipe");
          ::sigpending(&pending);
          return sigismember(&pending, SIGPIPE) == 1 ? 0 : 1;
        }) == 0);
}

TEST_CASE("the thread that writes the record takes none of the program's signals", "[engine][signals]") {
  temporary_folder folder;
  weir::runtime rt({.store = folder / "weir.db", .console = false});
  int writers = 0;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
    if (contents(thread.path().string() + "/comm") != "weir-writer\n") continue;
    ++writers;
    const auto takes = [&](int signal) {
      const auto status = contents(thread.path().string() + "/status");
      return (std::stoull(status.substr(status.find("SigBlk:") + 7), nullptr, 16) >> (signal - 1) & 1) == 0;
    };
    while (!takes(SIGSEGV)) std::this_thread::yield();  // until it has begun, a thread takes none at all
    for (const int signal : {SIGINT, SIGTERM, SIGALRM, SIGCHLD, SIGHUP}) CHECK_FALSE(takes(signal));
  }
  CHECK(writers == 1);
}

TEST_CASE("a formatter that throws makes a line that says so, and no exception", "[log]") {
  virtual_runtime t;
  weir::flow("f", [] {
    weir::log::vlog(weir::log::level::info, "{} and {}", fmt::make_format_args(1));
    weir::log::info("after");
  }).on(t.runtime)();
  const auto lines = t.store().logs({.contains = "cannot be formatted"});
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0].message, ContainsSubstring("{} and {} (this line cannot be formatted: argument not found)"));
  CHECK(t.store().logs({.contains = "after"}).size() == 1);
}
