// Where tests find what a program printed.

#pragma once

#include "support/files.hpp"

#include <weir/weir.hpp>

#include <fcntl.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <mutex>
#include <sstream>

namespace weir_test {

/// Takes text from any thread, as the streams' own buffers do.
class text_buffer : public std::streambuf {
 public:
  std::string text() const {
    std::lock_guard lock(mutex_);
    return text_;
  }
  void clear() {
    std::lock_guard lock(mutex_);
    text_.clear();
  }

 protected:
  int_type overflow(int_type c) override {
    const char byte = traits_type::to_char_type(c);
    xsputn(&byte, 1);
    return c;
  }
  std::streamsize xsputn(const char* s, std::streamsize n) override {
    std::lock_guard lock(mutex_);
    text_.append(s, static_cast<std::size_t>(n));
    return n;
  }

 private:
  mutable std::mutex mutex_;  // guards text_
  std::string text_;
};

/// The consoles of a test program. weir's buffers are put before those that the streams have when the first run captures,
/// and stay: so these are put there before, once.
struct consoles {
  text_buffer out, err, log;

  static consoles& cleared() {
    static consoles& all = *new consoles;
    all.out.clear();
    all.err.clear();
    all.log.clear();
    return all;
  }

 private:
  consoles() {
    std::cout.rdbuf(&out);
    std::cerr.rdbuf(&err);
    std::clog.rdbuf(&log);
  }
};

inline std::string contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A child whose standard output and error are files.
struct printing_child {
  temporary_folder folder;
  std::string out_path = folder / "out", err_path = folder / "err", store = folder / "weir.db";
  int status = 0;

  /// Runs `body(*this)` there, to its end. \param leave  how it ends: exit with destructors of static things, or not
  template <class F>
  explicit printing_child(F&& body, void (*leave)(int) = &leave_at_once) {
    std::fflush(nullptr);
    const pid_t pid = ::fork();
    if (pid == 0) {
      redirect(1, out_path);
      redirect(2, err_path);
      int code = 0;
      try {
        body(*this);
      } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        code = 41;
      }
      leave(code);
    }
    status = wait_for(pid);
  }
  bool ended_well() const { return WIFEXITED(status) && WEXITSTATUS(status) == 0; }
  std::string out() const { return contents(out_path); }
  std::string err() const { return contents(err_path); }

  [[noreturn]] static void leave_at_once(int code) {
    std::fflush(nullptr);
    ::_exit(code);
  }

 private:
  static void redirect(int descriptor, const std::string& path) {
    const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
    if (file < 0 || ::dup2(file, descriptor) < 0) ::_exit(42);
    ::close(file);
  }
};

using texts = std::vector<std::string>;

/// Runs `body` as the flow "f", which captures, in a runtime that records in the child's store.
template <class F>
void captured(printing_child& c, F body) {
  weir::runtime rt({.store = c.store, .console = false});
  weir::flow("f", {.log_prints = true}, std::move(body)).on(rt)();
}

/// The lines of the runs of a flow, but for what weir says itself.
inline texts stored_of(const printing_child& c, const std::string& flow = "f") {
  const weir::store store(c.store);
  texts out;
  for (const auto& run : store.flow_runs({.flow = flow}))
    for (const auto& line : store.logs({.flow_run = run.id, .limit = 100'000}))
      if (!line.message.starts_with("Beginning ") && !line.message.starts_with("Finished "))
        out.push_back(line.message);
  return out;
}

inline texts lines_of(const std::string& text) {
  texts out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

}  // namespace weir_test
