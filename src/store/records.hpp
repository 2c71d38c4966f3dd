// What both stores do to make a record out of what they keep.

#pragma once

#include "core/hash.hpp"

#include <weir/store_port.hpp>

namespace weir::inline v0::store_detail {

constexpr int schema_version = 1;

/// How far a run has come, as a fact tells or a record knows.
struct standing {
  std::uint32_t flow_attempt = 0, attempt = 0;
  std::size_t history = 0;  // bytes of it, packed
  bool crashed = false;
};
/// Whether a fact may change what is known. Within an attempt histories only grow, and nothing follows CRASHED.
bool is_news(const standing& known, const standing& told) noexcept;

/// A run's own name, else "<task>-<index>".
std::string shown_name(std::string_view own, std::string_view task, std::uint32_t index);
/// From the JSON of an update_fact. What does not parse is shown as the message.
failure parse_failure(std::string_view json);
/// What a run of this type is in, as its history tells. A history that does not parse to its end tells less than the record.
state newest_state(state_type, const std::vector<state>& history, std::int64_t created);
/// From a set of tags as facts name it.
std::vector<std::string> parse_tags(std::string_view json);

/// \throws usage_error  a page of no records
template <class Filter>
const Filter& checked(const Filter& f) {
  if (f.limit == 0) throw usage_error("a page of 0 records: give a limit of 1 or more");
  return f;
}

/// The numbers of a cursor: "17", "17:3". \throws usage_error it is not one of `numbers` numbers
std::vector<std::int64_t> parse_cursor(std::string_view cursor, std::size_t numbers);
/// Of a page of cache entries: "1767225600000000:0123...", when the last one was made and its key.
std::pair<std::int64_t, core::digest> parse_cache_cursor(std::string_view cursor);

}  // namespace weir::inline v0::store_detail
