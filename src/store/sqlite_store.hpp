// The store file: the port over one writing and one reading connection.

#pragma once

#include <weir/store_port.hpp>

namespace weir::inline v0 {

/// \throws store_error  see weir::store. read_write makes a file where there is none and marks the runs of dead processes
std::shared_ptr<store_port> open_sqlite_store(const std::string& path, open_mode);

}  // namespace weir::inline v0
