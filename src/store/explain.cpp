#include "store/explain.hpp"

#include "core/hash.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <map>

namespace weir::inline v0::store_detail {
namespace {

// How many earlier entries are looked at for the nearest one. Chosen; no data.
constexpr std::size_t most_compared = 200;

using part_map = std::map<std::string, std::string>;

std::string one_line(const nlohmann::json& j) {
  return j.is_string() ? j.get<std::string>() : j.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

part_map parts_of(const std::string& json) {
  part_map out;
  const auto parts = nlohmann::json::parse(json, nullptr, false);
  if (!parts.is_object()) return out;
  for (const auto& [name, part] : parts.items()) {
    if (!part.is_object() || !name.starts_with("inputs")) {
      out.emplace(name, one_line(part));
      continue;
    }
    for (const auto& [input, value] : part.items()) out.emplace(name + "." + input, one_line(value));
  }
  return out;
}

std::vector<changed_part> differences(const part_map& before, const part_map& now) {
  std::vector<changed_part> out;
  for (const auto& [name, value] : now) {
    const auto found = before.find(name);
    if (found == before.end()) out.push_back({name, std::nullopt, value});
    else if (found->second != value) out.push_back({name, found->second, value});
  }
  for (const auto& [name, value] : before)
    if (!now.contains(name)) out.push_back({name, value, std::nullopt});
  return out;
}

std::optional<cache_record> entry_of(const store_port& store, const std::string& key) {
  auto found = store.cache_entries({.key = key, .limit = 1}, {});
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

// The changes against the entry of the task that was there before the run and differs least; the newest of such.
std::optional<std::vector<changed_part>> nearest(const store_port& store, const task_run_record& run,
                                                 const cache_record& own) {
  const auto now = parts_of(own.parts);
  std::optional<std::vector<changed_part>> best;
  // Newest first, from the creation of the run on.
  const auto before_it = fmt::format("{}:{}", run.created_at.value_or(timestamp()).micros(), core::to_hex({}));
  for (const auto& e : store.cache_entries({.task = run.task, .limit = most_compared, .cursor = before_it}, {})) {
    if (e.key == own.key) continue;
    if (auto changed = differences(parts_of(e.parts), now); !best || changed.size() < best->size())
      best = std::move(changed);
  }
  return best;
}

std::string listed(const std::vector<changed_part>& changed) {
  std::string out;
  for (const auto& c : changed) {
    out += out.empty() ? "" : ", ";
    const auto shown = [](const std::string& value) { return value.empty() ? std::string("\"\"") : value; };
    if (!c.before) out += fmt::format("{} is new: {}", c.name, shown(*c.now));
    else if (!c.now) out += fmt::format("{} is gone: {}", c.name, shown(*c.before));
    else out += fmt::format("{}: {} -> {}", c.name, shown(*c.before), shown(*c.now));
  }
  return out;
}

}  // namespace

cache_explanation explain_cache(const store_port& store, const task_run_record& run) {
  cache_explanation out;
  const auto use = store.cache_use(run.id);
  if (use.empty()) {
    out.text =
        "it was not cached: its task has no cache policy, or no key could be made (a log line says why, once for each task)";
    return out;
  }
  const auto key = core::to_hex(core::digest_from(std::string_view(use).substr(1)));
  const auto own = entry_of(store, key);
  switch (static_cast<cache_status>(use.front())) {
    case cache_status::hit:
      out.hit = true;
      out.text = "it used the result that is cached under " + key;
      // The entry may have been made anew since.
      if (own && own->task_run && run.created_at && own->created_at <= *run.created_at) {
        out.made_by = own->task_run;
        out.text += fmt::format(", made by task run {}", *own->task_run);
      }
      return out;
    case cache_status::expired: out.text = "the entry with its key had expired"; return out;
    case cache_status::refreshed: out.text = "it did not look: refresh_cache"; return out;
    case cache_status::unreadable: out.text = "the entry with its key could not be read any more"; return out;
    case cache_status::no_entry: break;
  }
  if (!own) {
    out.text = "there was no entry with its key, and what the key was made of is not kept any more";
    return out;
  }
  auto changed = nearest(store, run, *own);
  if (!changed) {
    out.text = fmt::format("there was no entry of task \"{}\" yet", run.task);
    return out;
  }
  out.changed = std::move(*changed);
  out.text = out.changed.empty() ? "no part that is shown differs from an earlier entry"
                                 : "changed since the nearest earlier entry: " + listed(out.changed);
  return out;
}

}  // namespace weir::inline v0::store_detail
