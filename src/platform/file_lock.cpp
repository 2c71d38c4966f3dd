#include "platform/file_lock.hpp"

#include "platform/descriptor.hpp"
#include "platform/fork.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace weir::inline v0::platform {
namespace {

struct flock range(short type, std::uint64_t byte) noexcept {
  struct flock l {};
  l.l_type = type;
  l.l_whence = SEEK_SET;
  l.l_start = static_cast<off_t>(byte);
  l.l_len = 1;
  return l;
}

}  // namespace

lock_file::lock_file(const std::string& path)
    : fd_(above_standard(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644))), opened_in_(generation()) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), path);
  close_in_children(fd_);
}

lock_file::~lock_file() {
  if (opened_in_ != generation()) return;  // closed already, and the number may be somebody else's by now
  forget_in_children(fd_);
  ::close(fd_);
}

void lock_file::lock(std::uint64_t byte) {
  auto l = range(F_WRLCK, byte);
  while (::fcntl(fd_, F_OFD_SETLKW, &l) != 0)
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "F_OFD_SETLKW");
}

bool lock_file::try_lock(std::uint64_t byte) {
  auto l = range(F_WRLCK, byte);
  if (::fcntl(fd_, F_OFD_SETLK, &l) == 0) return true;
  if (errno == EAGAIN || errno == EACCES) return false;
  throw std::system_error(errno, std::generic_category(), "F_OFD_SETLK");
}

void lock_file::unlock(std::uint64_t byte) noexcept {
  auto l = range(F_UNLCK, byte);
  ::fcntl(fd_, F_OFD_SETLK, &l);
}

bool lock_file::held_by_another(std::uint64_t byte) const {
  auto l = range(F_WRLCK, byte);
  if (::fcntl(fd_, F_OFD_GETLK, &l) != 0) throw std::system_error(errno, std::generic_category(), "F_OFD_GETLK");
  return l.l_type != F_UNLCK;
}

}  // namespace weir::inline v0::platform
