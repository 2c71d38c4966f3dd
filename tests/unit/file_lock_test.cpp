// The locks on which a store's turns and sessions stand: held by an open file, gone with its process.

#include "platform/file_lock.hpp"
#include "support/catch2.hpp"
#include "support/files.hpp"

#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <string>
#include <system_error>
#include <thread>

using weir::platform::lock_file;
using namespace weir_test;

namespace {

/// Returns once somebody waits for a lock on this file, as the kernel lists them.
void wait_for_a_waiter(const std::string& path) {
  struct stat s {};
  REQUIRE(::stat(path.c_str(), &s) == 0);
  const auto inode = ":" + std::to_string(s.st_ino) + " ";
  for (;;) {
    std::ifstream locks("/proc/locks");
    if (!locks) return;  // a kernel that does not tell: the test is then weaker
    for (std::string line; std::getline(locks, line);)
      if (line.find("->") != std::string::npos && line.find(inode) != std::string::npos) return;
    std::this_thread::yield();
  }
}

}  // namespace

TEST_CASE("two opens of one file respect each other in one process", "[platform][lock]") {
  temporary_folder folder;
  lock_file a(folder / "lock"), b(folder / "lock");
  CHECK_FALSE(b.held_by_another(0));
  CHECK(a.try_lock(0));
  CHECK_FALSE(b.try_lock(0));
  CHECK(b.held_by_another(0));
  CHECK_FALSE(a.held_by_another(0));  // its own
  CHECK(a.try_lock(0));               // again is no harm
  a.unlock(0);
  CHECK_FALSE(b.held_by_another(0));
  CHECK(b.try_lock(0));
  CHECK_FALSE(a.try_lock(0));
}

TEST_CASE("bytes are locked one by one, however far out", "[platform][lock]") {
  temporary_folder folder;
  lock_file a(folder / "lock"), b(folder / "lock");
  const std::uint64_t far = std::uint64_t{1} << 40;
  CHECK(a.try_lock(1));
  CHECK(a.try_lock(far));
  CHECK(b.try_lock(0));
  CHECK(b.try_lock(2));
  CHECK(b.try_lock(far + 1));
  CHECK_FALSE(b.try_lock(far));
  a.unlock(1);
  CHECK(b.try_lock(1));
  CHECK_FALSE(b.try_lock(far));
  CHECK(std::filesystem::file_size(folder / "lock") == 0);  // nothing is ever written
}

TEST_CASE("a lock goes with what holds it", "[platform][lock]") {
  temporary_folder folder;
  lock_file b(folder / "lock");
  {
    lock_file a(folder / "lock");
    a.lock(0);
    CHECK(b.held_by_another(0));
  }
  CHECK(b.try_lock(0));
}

TEST_CASE("whoever waits for its turn gets it when the other gives it back", "[platform][lock][threads]") {
  temporary_folder folder;
  lock_file a(folder / "lock"), b(folder / "lock");
  a.lock(0);
  std::atomic<bool> given_back{false}, too_early{false};
  std::jthread waits([&] {
    b.lock(0);
    too_early = !given_back;
    b.unlock(0);
  });
  wait_for_a_waiter(folder / "lock");
  given_back = true;
  a.unlock(0);
  waits.join();
  CHECK_FALSE(too_early);
  CHECK(a.try_lock(0));
}

TEST_CASE("turns of many keep a count that none of them guards otherwise", "[platform][lock][threads]") {
  temporary_folder folder;
  std::atomic<int> count{0};  // added to in two steps, which the lock alone keeps together
  {
    std::vector<std::jthread> all;
    for (int i = 0; i < 4; ++i)
      all.emplace_back([&] {
        lock_file mine(folder / "lock");
        for (int turn = 0; turn < 500; ++turn) {
          mine.lock(0);
          const int before = count.load(std::memory_order_relaxed);
          count.store(before + 1, std::memory_order_relaxed);
          mine.unlock(0);
        }
      });
  }
  CHECK(count == 2000);
}

TEST_CASE("another process sees the lock, and its own is free once it is killed", "[platform][lock][fault]") {
  temporary_folder folder;
  lock_file mine(folder / "lock");
  mine.lock(0);
  pipe_signal holding;
  const auto pid = start_child([&] {
    lock_file theirs(folder / "lock");
    if (theirs.try_lock(0)) return 1;
    theirs.lock(1);
    holding.raise();
    ::pause();
    return 0;
  });
  REQUIRE(holding.wait());
  CHECK(mine.held_by_another(1));
  CHECK_FALSE(mine.try_lock(1));
  ::kill(pid, SIGKILL);
  REQUIRE(died_of(wait_for(pid), SIGKILL));
  CHECK(mine.try_lock(1));
}

TEST_CASE("a forked child has no part in its parent's locks", "[platform][lock][fork]") {
  temporary_folder folder;
  lock_file mine(folder / "lock");
  mine.lock(0);
  const int code = in_child([&] {
    try {
      mine.try_lock(1);
      return 1;  // its descriptor should be closed
    } catch (const std::system_error&) {
    }
    lock_file own(folder / "lock");
    return own.try_lock(0) ? 2 : 0;
  });
  CHECK(code == 0);
  lock_file other(folder / "lock");
  CHECK_FALSE(other.try_lock(0));  // the end of the child took nothing away
}

TEST_CASE("a forked child does not keep the locks of a parent that died", "[platform][lock][fork][fault]") {
  temporary_folder folder;
  pipe_signal forked, done;
  const auto parent = start_child([&] {
    lock_file theirs(folder / "lock");
    theirs.lock(0);
    if (::fork() == 0) {
      forked.raise();
      done.wait();
      ::_exit(0);
    }
    ::pause();
  });
  REQUIRE(forked.wait());
  ::kill(parent, SIGKILL);
  REQUIRE(died_of(wait_for(parent), SIGKILL));
  lock_file mine(folder / "lock");
  CHECK(mine.try_lock(0));
  done.raise();
}

TEST_CASE("a lock file where there can be none is an error that names it", "[platform][lock]") {
  temporary_folder folder;
  CHECK_THROWS_AS(lock_file(folder / "missing/lock"), std::system_error);
  CHECK_THROWS_WITH(lock_file(folder / "missing/lock"), ContainsSubstring("missing/lock"));
}
