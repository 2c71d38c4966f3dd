#include "core/ids.hpp"

#include <algorithm>
#include <bit>

namespace weir::inline v0::core {
namespace {

// The parts of a flow run's id that its task runs share: everything but the version and the last 32 bits.
constexpr int shared_bytes = 12;

void set_version(uuid& id, unsigned version) noexcept {
  id.bytes[6] = static_cast<unsigned char>((id.bytes[6] & 0x0fu) | (version << 4));
}

}  // namespace

uuid make_flow_run_id(timestamp now, std::uint64_t random_high, std::uint64_t random_low) noexcept {
  uuid id;
  const auto ms = static_cast<std::uint64_t>(now.micros() / 1000);
  for (int i = 0; i < 6; ++i) id.bytes[i] = static_cast<unsigned char>(ms >> (40 - 8 * i));
  for (int i = 0; i < 2; ++i) id.bytes[6 + i] = static_cast<unsigned char>(random_high >> (8 * i));
  for (int i = 0; i < 8; ++i) id.bytes[8 + i] = static_cast<unsigned char>(random_low >> (8 * i));
  set_version(id, 7);
  id.bytes[8] = static_cast<unsigned char>((id.bytes[8] & 0x3fu) | 0x80u);
  return id;
}

uuid task_run_id(const uuid& flow_run, std::uint32_t n) noexcept {
  uuid id = flow_run;
  set_version(id, 8);
  for (int i = 0; i < 4; ++i) id.bytes[shared_bytes + i] = static_cast<unsigned char>(n >> (24 - 8 * i));
  return id;
}

std::uint32_t number_of(const uuid& task_run) noexcept {
  std::uint32_t n = 0;
  for (int i = shared_bytes; i < 16; ++i) n = n << 8 | task_run.bytes[i];
  return n;
}

bool is_task_run_id(const uuid& id) noexcept { return id.bytes[6] >> 4 == 8; }

std::pair<uuid, uuid> flow_run_bounds(const uuid& task_run) noexcept {
  uuid low = task_run;
  set_version(low, 7);
  uuid high = low;
  std::fill(std::begin(low.bytes) + shared_bytes, std::end(low.bytes), static_cast<unsigned char>(0x00));
  std::fill(std::begin(high.bytes) + shared_bytes, std::end(high.bytes), static_cast<unsigned char>(0xff));
  return {low, high};
}

// SplitMix64 (Steele, Lea, Flood 2014): 2^64 period, passes BigCrush; ids and jitter need no more.
std::uint64_t random_source::next() noexcept {
  std::lock_guard lock(mutex_);
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

void random_source::branch(std::uint64_t by) noexcept {
  std::lock_guard lock(mutex_);
  state_ ^= by;
}

}  // namespace weir::inline v0::core
