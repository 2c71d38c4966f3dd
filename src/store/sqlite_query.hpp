// What the queries on a store file share.

#pragma once

#include "core/ids.hpp"
#include "store/where.hpp"

#include <weir/store.hpp>

#include <fmt/format.h>

#include <cstring>

namespace weir::inline v0::store_detail {

inline bytes blob_of(const uuid& id) { return {std::string(reinterpret_cast<const char*>(id.bytes), sizeof id.bytes)}; }

inline uuid uuid_from(std::string_view blob) noexcept {
  uuid id;
  if (blob.size() == sizeof id.bytes) std::memcpy(id.bytes, blob.data(), sizeof id.bytes);
  return id;
}

/// What belongs to this task run, by its flow run and number.
inline void add_task_run(where& w, const char* flow_run, const char* number, const uuid& id) {
  const auto n = core::is_task_run_id(id) ? core::number_of(id) : 0;
  if (n == 0) return w.add("0");  // no task run has such an id; lines of number 0 are the flow run's
  const auto [low, high] = core::flow_run_bounds(id);
  w.add(fmt::format("{} IN (SELECT key FROM flow_run WHERE id BETWEEN ? AND ?) AND {} = ?", flow_run, number),
        blob_of(low), blob_of(high), std::int64_t{n});
}

/// One row more than the page, which tells whether there is another one. SQLite reads -1 as "no limit".
inline std::int64_t rows_for(std::size_t limit) noexcept {
  return limit < INT64_MAX ? static_cast<std::int64_t>(limit) + 1 : -1;
}

template <class T>
void end_page(page<T>& out, std::size_t limit, std::string&& cursor_of_last) {
  if (out.size() <= limit) return;
  out.pop_back();
  out.next_cursor = std::move(cursor_of_last);
}

}  // namespace weir::inline v0::store_detail
