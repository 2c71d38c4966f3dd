#include "platform/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace weir::inline v0::platform {

mapped_file::mapped_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), path);
  struct stat s {};
  int failed = ::fstat(fd, &s) == 0 ? 0 : errno;
  if (failed == 0 && s.st_size > 0) {
    size_ = static_cast<std::size_t>(s.st_size);
    begin_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
    if (begin_ == MAP_FAILED) failed = errno;
  }
  ::close(fd);
  if (failed != 0) throw std::system_error(failed, std::generic_category(), path);
}

mapped_file::~mapped_file() {
  if (begin_) ::munmap(begin_, size_);
}

}  // namespace weir::inline v0::platform
