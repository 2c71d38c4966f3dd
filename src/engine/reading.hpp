// A store as the process that writes it reads it.

#pragma once

#include <weir/store_port.hpp>

namespace weir::inline v0::detail {

class engine;

/// The store of the engine, for reading: each query first waits until everything that the process emitted is in it.
/// Keeps the store open, not the runtime.
std::shared_ptr<store_port> read_after_flush(const std::shared_ptr<engine>&);

}  // namespace weir::inline v0::detail
