// A type of the program's own, recorded through nlohmann's JSON, and a header that needs weir's names only.

#pragma once

#include <nlohmann/json.hpp>
#include <weir/fwd.hpp>

#include <string>

namespace shop {

struct order {
  std::string item;
  int count = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(order, item, count)

/// What virtual_time.cpp prints: a run in a store in memory, on a clock that its waits move.
void show_virtual_time();

/// What the store knows of the last run.
void show_record(const weir::store& store);

}  // namespace shop
