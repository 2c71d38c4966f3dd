// Small file systems of their own, for disks that fill up or turn read-only. Only root may mount; elsewhere tests skip.

#pragma once

#include "support/files.hpp"

#include <sys/mount.h>

#include <cerrno>
#include <cstring>

namespace weir_test {

/// Whether this process may mount; ask before making a disk.
inline bool may_mount() {
  temporary_folder folder;
  if (::mount("tmpfs", folder.str().c_str(), "tmpfs", 0, "size=64k") != 0) return false;
  ::umount2(folder.str().c_str(), MNT_DETACH);
  return true;
}

/// A disk in memory of this size, under a folder of its own. Gone, with what is on it, when the object is.
class small_disk {
 public:
  explicit small_disk(const std::string& size) {
    if (::mount("tmpfs", folder_.str().c_str(), "tmpfs", 0, ("size=" + size).c_str()) != 0)
      throw std::runtime_error(std::string("mount: ") + std::strerror(errno));
  }
  ~small_disk() { ::umount2(folder_.str().c_str(), MNT_DETACH); }
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;

  std::string operator/(const std::string& name) const { return folder_ / name; }
  std::string str() const { return folder_.str(); }

  void make_read_only() { remount(MS_RDONLY, ""); }
  void make_writable() { remount(0, ""); }
  void resize(const std::string& size) { remount(0, "size=" + size); }

 private:
  void remount(unsigned long flags, const std::string& options) {
    if (::mount(nullptr, str().c_str(), nullptr, MS_REMOUNT | flags, options.c_str()) != 0)
      throw std::runtime_error(std::string("remount: ") + std::strerror(errno));
  }

  temporary_folder folder_;
};

}  // namespace weir_test
