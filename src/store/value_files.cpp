#include "store/value_files.hpp"

#include "core/hash.hpp"
#include "platform/descriptor.hpp"
#include "platform/mapped_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace weir::inline v0::store_detail {
namespace {

[[noreturn]] void fail_to_keep(const std::string& what, int error) {
  const bool full = error == ENOSPC || error == EDQUOT;
  const bool read_only = error == EROFS || error == EACCES || error == EPERM;
  throw store_error(fmt::format("cannot keep a value: {}: {}; {}", what, std::strerror(error),
                                full        ? "make room on its disk"
                                : read_only ? "make the folder of the store writable"
                                            : "look at the disk"),
                    full        ? error_code::store_full
                    : read_only ? error_code::store_read_only
                                : error_code::store_io,
                    full);
}

constexpr const char* part_prefix = "/.part-";

bool holds(const std::string& path, std::string_view name) {
  if (::access(path.c_str(), F_OK) != 0) return false;
  try {
    return core::to_hex(core::hash_of(platform::mapped_file(path).bytes())) == name;
  } catch (const std::system_error&) {
    return false;
  }
}

class file_writer final : public large_value_writer {
 public:
  explicit file_writer(std::string folder) : folder_(std::move(folder)) {
    if (::mkdir(folder_.c_str(), 0755) != 0 && errno != EEXIST) fail_to_keep(folder_, errno);
    temporary_ = folder_ + part_prefix + "XXXXXX";
    fd_ = platform::above_standard(::mkostemp(temporary_.data(), O_CLOEXEC));
    if (fd_ < 0) fail_to_keep(temporary_, errno);
    ::flock(fd_, LOCK_EX | LOCK_NB);  // nobody else has it: see sweep()
  }
  ~file_writer() override {
    if (fd_ >= 0) ::close(fd_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }

  void write(std::span<const std::byte> data) override {
    hash_.update(data);
    while (!data.empty()) {
      const auto n = ::write(fd_, data.data(), data.size());
      if (n < 0 && errno != EINTR) fail_to_keep(temporary_, errno);
      if (n > 0) data = data.subspan(static_cast<std::size_t>(n));
    }
  }

  std::string commit() override {
    auto name = core::to_hex(hash_.finish());
    const auto path = folder_ + "/" + name;
    // Where an equal value is there already, whole, it serves both; a damaged one is replaced.
    if (!holds(path, name)) {
      if (::fchmod(fd_, 0644) != 0 || ::fdatasync(fd_) != 0) fail_to_keep(temporary_, errno);
      if (::rename(temporary_.c_str(), path.c_str()) != 0) fail_to_keep(path, errno);
      temporary_.clear();
    }
    sync_folder();  // also for the equal one: who renamed it may not have come to this yet
    return name;
  }

 private:
  // The name must survive a power cut as the content does.
  void sync_folder() const {
    const int fd = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) fail_to_keep(folder_, errno);
    const int failed = ::fsync(fd) == 0 ? 0 : errno;
    ::close(fd);
    if (failed != 0) fail_to_keep(folder_, failed);
  }

  std::string folder_, temporary_;
  int fd_ = -1;
  core::hasher hash_;
};

}  // namespace

// A file that is being written is locked by its writer, for as long as that lives.
void value_files::sweep() const noexcept {
  std::error_code ignored;
  for (std::filesystem::directory_iterator i(folder_, ignored), end; !ignored && i != end; i.increment(ignored)) {
    if (!i->path().filename().string().starts_with(part_prefix + 1)) continue;
    const int fd = ::open(i->path().c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) continue;
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) ::unlink(i->path().c_str());
    ::close(fd);
  }
}

std::unique_ptr<large_value_writer> value_files::keep() { return std::make_unique<file_writer>(folder_); }

large_value value_files::find(std::string_view name) const {
  const auto path = fmt::format("{}/{}", folder_, name);
  std::shared_ptr<const platform::mapped_file> file;
  try {
    file = std::make_shared<platform::mapped_file>(path);
  } catch (const std::system_error& e) {
    if (e.code() == std::errc::no_such_file_or_directory)
      throw missing_result(fmt::format(
          "the value {} is not there any more; was it removed, or the store moved without its -values folder?", path));
    throw store_error(
        fmt::format("cannot read the value {}: {}; look at its permissions and the disk", path, e.code().message()),
        error_code::store_io);
  }
  if (core::to_hex(core::hash_of(file->bytes())) != name)
    throw store_error(
        fmt::format("the value {} is damaged: its content is not what its name says; run again what made it", path),
        error_code::bad_value);
  const auto bytes = file->bytes();
  return {std::move(file), bytes, path};
}

}  // namespace weir::inline v0::store_detail
