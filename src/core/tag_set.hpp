// Sets of tags, as one name: the texts sorted, as a JSON array.

#pragma once

#include <weir/store_port.hpp>

namespace weir::inline v0::core {

/// The name of the set; 0 for an empty one. Doubles count once.
name_id make_tag_set(std::vector<std::string> tags);
/// The union. Looked up, after the first time.
name_id merge_tag_sets(name_id a, name_id b);
std::vector<std::string> tags_of(name_id set);
/// What makes a tag unusable, as the end of a sentence; empty where it is fine.
std::string tag_problem(std::string_view tag);

// Around a fork, before the table of names is locked: see engine/process.hpp.
void lock_tag_sets();
void unlock_tag_sets();

}  // namespace weir::inline v0::core
