#include "platform/descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace weir::inline v0::platform {

int above_standard(int fd) noexcept {
  if (fd < 0 || fd > 2) return fd;
  const int moved = ::fcntl(fd, F_DUPFD_CLOEXEC, 3);
  ::close(fd);
  return moved;
}

}  // namespace weir::inline v0::platform
