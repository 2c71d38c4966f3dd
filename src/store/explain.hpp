// Why a task run used the cache or did not.

#pragma once

#include <weir/store_port.hpp>

namespace weir::inline v0::store_detail {

cache_explanation explain_cache(const store_port&, const task_run_record&);

}  // namespace weir::inline v0::store_detail
