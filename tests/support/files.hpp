// A folder of its own for each test, and children that really die.

#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace weir_test {

/// Made when it comes, removed when it goes.
class temporary_folder {
 public:
  temporary_folder() {
    auto pattern = (std::filesystem::temp_directory_path() / "weir-test-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error("cannot make " + pattern);
    path_ = pattern;
  }
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  std::string str() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

/// One byte from child to parent, or back: "I am there".
class pipe_signal {
 public:
  pipe_signal() {
    if (::pipe(ends_) != 0) throw std::runtime_error("pipe");
  }
  ~pipe_signal() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  pipe_signal(const pipe_signal&) = delete;
  pipe_signal& operator=(const pipe_signal&) = delete;

  void raise() const {
    const char byte = 1;
    if (::write(ends_[1], &byte, 1) != 1) std::abort();
  }
  /// False where the other side is gone.
  bool wait() const {
    char byte = 0;
    return ::read(ends_[0], &byte, 1) == 1;
  }

 private:
  int ends_[2];
};

/// Runs `body` in a forked child, which ends without destructors. Exit code 0 unless the body throws (41) or returns another.
template <class F>
pid_t start_child(F&& body) {
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  int code = 0;
  try {
    if constexpr (std::is_void_v<decltype(body())>) body();
    else code = body();
  } catch (...) {
    code = 41;
  }
  ::_exit(code);
}

inline int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
  }
  return status;
}

/// The child ended by exactly this signal: the hazard of a test really happened.
inline bool died_of(int status, int signal) { return WIFSIGNALED(status) && WTERMSIG(status) == signal; }

/// What a child measured, for its parent: `f` runs there and gives a whole number below 40.
template <class F>
int in_child(F&& f) {
  const int status = wait_for(start_child([&] { return static_cast<int>(f()); }));
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace weir_test
