#include "store/connection.hpp"

#include <utility>
#include <vector>

namespace weir::inline v0::store_detail {
namespace {

// Never destroyed: stores may be static.
struct owners {
  std::mutex mutex;  // guards all, and each owner's connection while it is inherited; free at a fork, thanks to no_fork
  std::vector<connection_owner*> all;
};
owners& the_owners() {
  static owners& o = *new owners;
  return o;
}

}  // namespace

connection_owner::connection_owner() : opened_in_(platform::generation()) {
  auto& o = the_owners();
  std::lock_guard lock(o.mutex);
  o.all.push_back(this);
}

connection_owner::~connection_owner() {
  auto& o = the_owners();
  std::lock_guard lock(o.mutex);
  std::erase(o.all, this);
}

void connection_owner::close_inherited() {
  auto& o = the_owners();
  std::lock_guard lock(o.mutex);
  for (auto* owner : o.all)
    if (owner->inherited() && !std::exchange(owner->has_let_go_, true)) owner->let_go();
}

void connection_owner::opened_again() noexcept {
  auto& o = the_owners();
  std::lock_guard lock(o.mutex);
  has_let_go_ = false;
  opened_in_.store(platform::generation(), std::memory_order_release);
}

}  // namespace weir::inline v0::store_detail
