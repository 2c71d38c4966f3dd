// The process-wide table of names: facts carry a number instead of a text, and a definition looks its number up once.

#include "core/names.hpp"

#include <weir/store_port.hpp>

#include <deque>
#include <mutex>
#include <unordered_map>

namespace weir::inline v0 {
namespace {

struct table {
  std::mutex mutex;                              // guards both
  std::deque<std::string> texts{std::string()};  // by id; a deque keeps its elements where they are
  std::unordered_map<std::string_view, name_id> ids{{{}, 0}};
};

// Never destroyed: tasks may be static and run while the program ends.
table& the_table() {
  static table& t = *new table;
  return t;
}

}  // namespace

name_id intern(std::string_view text) {
  auto& t = the_table();
  std::lock_guard lock(t.mutex);
  if (const auto found = t.ids.find(text); found != t.ids.end()) return found->second;
  const auto id = static_cast<name_id>(t.texts.size());
  t.ids.emplace(t.texts.emplace_back(text), id);
  return id;
}

std::string_view text_of(name_id id) noexcept {
  auto& t = the_table();
  std::lock_guard lock(t.mutex);
  return id < t.texts.size() ? std::string_view(t.texts[id]) : std::string_view();
}

void core::lock_names() { the_table().mutex.lock(); }
void core::unlock_names() { the_table().mutex.unlock(); }

store_port::~store_port() = default;
large_value_writer::~large_value_writer() = default;

}  // namespace weir::inline v0
