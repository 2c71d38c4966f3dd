#include <weir/store.hpp>

#include "core/ids.hpp"
#include "core/kept_result.hpp"
#include "core/run_name.hpp"
#include "store/explain.hpp"
#include "store/records.hpp"
#include "store/sqlite_store.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <map>

namespace weir::inline v0 {
namespace {

using store_detail::checked;

template <class Record>
std::optional<Record> first(page<Record> found) {
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

// All pages of a query.
template <class Filter, class Query, class Visit>
void each(Filter f, Query&& query, Visit&& visit) {
  f.limit = 1000;
  do {
    auto some = query(f);
    for (auto& record : some) visit(std::move(record));
    f.cursor = std::move(some.next_cursor);
  } while (!f.cursor.empty());
}

void sort_out(run_node& node,
              std::map<std::optional<uuid>, std::vector<std::pair<task_run_record, run_node>>>& by_parent,
              const std::optional<uuid>& parent) {
  for (auto& [record, child] : by_parent[parent]) {
    sort_out(child, by_parent, record.id);
    node.children.push_back(std::move(child));
  }
}

nlohmann::ordered_json json_of(const weir::state& s) {
  return {{"type", to_string(s.type)}, {"name", s.name}, {"message", s.message}, {"at", to_string(s.at)}};
}

nlohmann::ordered_json json_of(const run_info& r, const std::vector<weir::state>& history) {
  const auto time = [](const std::optional<timestamp>& t) {
    return t ? nlohmann::ordered_json(to_string(*t)) : nlohmann::ordered_json();
  };
  nlohmann::ordered_json j;
  j["id"] = to_string(r.id);
  j["name"] = r.name;
  j["state"] = json_of(r.state);
  auto parameters = nlohmann::ordered_json::parse(r.parameters, nullptr, false);
  j["parameters"] = parameters.is_discarded() ? nlohmann::ordered_json(r.parameters) : std::move(parameters);
  j["tags"] = r.tags;
  j["attempts"] = r.attempts;
  j["created_at"] = time(r.created_at);
  j["started_at"] = time(r.started_at);
  j["ended_at"] = time(r.ended_at);
  j["total_run_time"] = r.total_run_time.count();
  j["failure"] = nullptr;
  if (r.failure)
    j["failure"] = {{"code", r.failure->code},
                    {"type", r.failure->type},
                    {"message", r.failure->message},
                    {"causes", r.failure->causes},
                    {"attempt", r.failure->attempt}};
  j["history"] = nlohmann::ordered_json::array();
  for (const auto& s : history) j["history"].push_back(json_of(s));
  return j;
}

nlohmann::ordered_json id_or_null(const std::optional<uuid>& id) {
  return id ? nlohmann::ordered_json(to_string(*id)) : nlohmann::ordered_json();
}

std::string one_line(const nlohmann::ordered_json& j) {
  return j.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

std::shared_ptr<store_port> open_store(const std::string& path, open_mode mode) {
  return open_sqlite_store(path, mode);
}

store::store(const std::string& path, open_mode mode) : port_(open_store(path, mode)) {}
store::store(std::shared_ptr<store_port> port) : port_(std::move(port)) {}
store::store(store&&) noexcept = default;
store& store::operator=(store&&) noexcept = default;
store::~store() = default;

std::vector<flow_record> store::flows() const { return port_->flows(); }
page<flow_run_record> store::flow_runs(const flow_run_filter& f) const { return port_->flow_runs(checked(f)); }
page<task_run_record> store::task_runs(const task_run_filter& f) const { return port_->task_runs(checked(f)); }
page<log_record> store::logs(const log_filter& f) const { return port_->logs(checked(f)); }
std::size_t store::count_flow_runs(const flow_run_filter& f) const { return port_->count_flow_runs(f); }
std::size_t store::count_task_runs(const task_run_filter& f) const { return port_->count_task_runs(f); }
store_info store::info() const { return port_->info(); }

std::optional<flow_run_record> store::find_flow_run(const uuid& id) const {
  return first(port_->flow_runs({.id = id, .limit = 1}));
}
std::optional<task_run_record> store::find_task_run(const uuid& id) const {
  return first(port_->task_runs({.id = id, .limit = 1}));
}

flow_run_record store::get_flow_run(const uuid& id) const {
  if (auto found = find_flow_run(id)) return std::move(*found);
  throw store_error(fmt::format("store {}: there is no flow run {}{}", info().path, id,
                                core::is_task_run_id(id) ? "; this is the id of a task run" : ""),
                    error_code::unknown_run);
}
task_run_record store::get_task_run(const uuid& id) const {
  if (auto found = find_task_run(id)) return std::move(*found);
  throw store_error(fmt::format("store {}: there is no task run {}{}", info().path, id,
                                core::is_task_run_id(id) ? "" : "; this is not the id of a task run"),
                    error_code::unknown_run);
}

std::optional<flow_run_record> store::find_flow_run(std::string_view text) const {
  if (const auto id = uuid::try_parse(text)) return find_flow_run(*id);
  if (auto named = first(port_->flow_runs({.name = std::string(text), .limit = 1}))) return named;
  if (text.size() < 4 || text.size() > 36) return std::nullopt;
  std::string lowest = "00000000-0000-0000-0000-000000000000", highest = "ffffffff-ffff-ffff-ffff-ffffffffffff";
  const auto low = uuid::try_parse(std::string(text) + lowest.substr(text.size()));
  const auto high = uuid::try_parse(std::string(text) + highest.substr(text.size()));
  if (!low || !high) return std::nullopt;
  auto some = port_->flow_runs({.id_from = low, .id_to = high, .limit = 2});
  if (some.size() != 1) return std::nullopt;
  return first(std::move(some));
}

run_node store::run_tree(const uuid& flow_run) const {
  run_node root;
  static_cast<run_info&>(root) = get_flow_run(flow_run);
  std::map<std::optional<uuid>, std::vector<std::pair<task_run_record, run_node>>> by_parent;
  each(
      task_run_filter{.flow_run = flow_run}, [this](const auto& f) { return port_->task_runs(f); },
      [&](task_run_record r) {
        run_node node;
        if (r.child_flow_run && find_flow_run(*r.child_flow_run)) node = run_tree(*r.child_flow_run);
        else static_cast<run_info&>(node) = r;
        const auto parent = r.parent;
        by_parent[parent].emplace_back(std::move(r), std::move(node));
      });
  sort_out(root, by_parent, std::nullopt);
  return root;
}

page<cache_record> store::cache_entries(const cache_filter& f) const {
  return port_->cache_entries(checked(f), std::chrono::system_clock::now());
}
std::size_t store::clear_cache(const cache_filter& f) {
  return port_->clear_cache(f, std::chrono::system_clock::now());
}
cache_explanation store::explain_cache(const uuid& task_run) const {
  return store_detail::explain_cache(*port_, get_task_run(task_run));
}

void store::read_result(const uuid& run, std::string_view type, void* to, void (*read)(void* to, json_reader)) const {
  run_info about;
  if (core::is_task_run_id(run)) about = get_task_run(run);
  else about = get_flow_run(run);
  const auto which = fmt::format("the result of {} run \"{}\" ({})", about.kind, about.name, run);
  if (!about.state.is_final())
    throw missing_result(fmt::format("{}: it is {}; ask again when it has ended", which, about.state.name));
  if (!about.state.is_completed())
    throw failed_run(fmt::format("{}: it ended {}: {}", which, about.state.name, about.state.message),
                     about.failure.value_or(failure{.message = about.state.message}));
  const auto kept = port_->find_result(run);
  if (!kept || kept->empty())
    throw missing_result(fmt::format(
        "{} was not kept; give its task or flow persist_result = true, and run it again (if it had that, the "
        "log of the run says why it could not be kept)",
        which));
  std::string where = "the row of the run";
  const auto unreadable = [&](std::string_view why) {
    return error(fmt::format("{} cannot be read as {}: {} (kept in {})", which, type, why, where),
                 error_code::bad_value);
  };
  try {
    core::read_result(
        *port_, *kept, [&](json_reader r) { read(to, r); }, &where);
  } catch (const missing_result& e) {
    throw missing_result(fmt::format("{}: {}", which, e.what()));
  } catch (const store_error& e) {
    throw store_error(fmt::format("{}: {}", which, e.what()), e.code(), e.retryable());
  } catch (const std::exception& e) {
    throw unreadable(e.what());
  } catch (...) {  // the user's codec may throw anything
    throw unreadable("its codec threw what is no std::exception");
  }
}

std::string to_json(const flow_run_record& r) {
  auto j = json_of(r, r.history);
  j["flow"] = r.flow;
  j["version"] = r.version;
  j["parent"] = id_or_null(r.parent);
  j["parent_task_run"] = id_or_null(r.parent_task_run);
  return one_line(j);
}

std::string to_json(const task_run_record& r) {
  auto j = json_of(r, r.history);
  j["task"] = r.task;
  j["version"] = r.version;
  j["flow_run"] = to_string(r.flow_run);
  j["parent"] = id_or_null(r.parent);
  j["index"] = r.index;
  j["child_flow_run"] = id_or_null(r.child_flow_run);
  return one_line(j);
}

}  // namespace weir::inline v0
