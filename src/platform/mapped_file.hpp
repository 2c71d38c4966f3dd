// A file as memory, for reading.

#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace weir::inline v0::platform {

class mapped_file {
 public:
  /// \throws std::system_error  it cannot be opened or mapped
  explicit mapped_file(const std::string& path);
  ~mapped_file();
  mapped_file(const mapped_file&) = delete;
  mapped_file& operator=(const mapped_file&) = delete;

  std::span<const std::byte> bytes() const noexcept { return {static_cast<const std::byte*>(begin_), size_}; }

 private:
  void* begin_ = nullptr;  // null: an empty file
  std::size_t size_ = 0;
};

}  // namespace weir::inline v0::platform
