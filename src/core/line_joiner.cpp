#include "core/line_joiner.hpp"

namespace weir::inline v0::core {

// Up to three bytes of UTF-8 may follow the first one of a character; a fourth means that the text is something else.
std::size_t line_joiner::size_of_piece() const noexcept {
  for (std::size_t size = longest_; size > 0 && longest_ - size <= 3; --size)
    if ((static_cast<unsigned char>(text_[size]) & 0xc0) != 0x80) return size;
  return longest_;
}

void line_joiner::reset() noexcept {
  text_.clear();
  returned_ = false;
}

}  // namespace weir::inline v0::core
