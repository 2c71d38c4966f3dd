// A store in memory: what tests use, and the plainest answer to what a store must do.

#pragma once

#include <weir/store_port.hpp>

namespace weir::inline v0 {

/// \param fail_write  which apply() throws a store_error, counted from 1; 0: none
std::shared_ptr<store_port> make_memory_store(int fail_write = 0);

}  // namespace weir::inline v0
