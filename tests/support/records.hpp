// Records as text: every field, so that two answers can be compared and told apart.

#pragma once

#include <weir/store_port.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace weir_test {

/// Bytes that a terminal should not see as \xHH.
inline std::string visible(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= 0x20 && c < 0x7f && c != '\\') out += c;
    else out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return out;
}

template <class T>
std::string shown(const std::optional<T>& v) {
  return v ? fmt::format("{}", *v) : "none";
}

inline std::string shown(const std::vector<weir::state>& history) {
  std::string out;
  for (const auto& s : history)
    out += fmt::format(" {}/{}/{}@{}", s.type, visible(s.name), visible(s.message), s.at.micros());
  return out;
}

inline std::string shown(const weir::run_info& r) {
  auto out = fmt::format("{} {} '{}' {}/{}/{} {} attempts={} {} {} {} {}", r.kind, r.id, visible(r.name), r.state.type,
                         visible(r.state.name), visible(r.state.message), visible(r.parameters), r.attempts,
                         shown(r.created_at), shown(r.started_at), shown(r.ended_at), r.total_run_time.count());
  for (const auto& tag : r.tags) out += " #" + visible(tag);
  if (r.failure) {
    out += fmt::format(" failure={}/{}/{}", visible(r.failure->type), visible(r.failure->message), r.failure->attempt);
    for (const auto& cause : r.failure->causes) out += "<-" + visible(cause);
  }
  return out;
}

inline std::string shown(const weir::flow_record& r) {
  return fmt::format("flow '{}' {} {} '{}' '{}'", visible(r.name), visible(r.version), r.created_at,
                     visible(r.description), visible(r.parameter_schema));
}
inline std::string shown(const weir::flow_run_record& r) {
  return fmt::format("{} of '{}' {} parent={}/{}{}", shown(static_cast<const weir::run_info&>(r)), visible(r.flow),
                     visible(r.version), shown(r.parent), shown(r.parent_task_run), shown(r.history));
}
inline std::string shown(const weir::task_run_record& r) {
  return fmt::format("{} of '{}'[{}] {} in {} parent={} child={}{}", shown(static_cast<const weir::run_info&>(r)),
                     visible(r.task), r.index, visible(r.version), r.flow_run, shown(r.parent), shown(r.child_flow_run),
                     shown(r.history));
}
inline std::string shown(const weir::log_record& r) {
  return fmt::format("{} {} '{}' {} {} {} {}", r.at, static_cast<int>(r.level), visible(r.message), visible(r.run_name),
                     r.flow_run, shown(r.task_run), visible(r.logger));
}
inline std::string shown(const weir::known_task_run& r) {
  return fmt::format("{} {}[{}] in {}", r.n, visible(r.task), r.index, r.parent_n);
}

inline std::string shown(const weir::earlier_task_run& r) {
  return fmt::format("{} {} {} {}", r.created, visible(r.history), visible(r.result), shown(r.child));
}
inline std::string shown(const weir::cache_record& r) {
  return fmt::format("{} of '{}' {} to {} by {} {} {}", r.key, visible(r.task), r.created_at,
                     r.expires_at ? to_string(*r.expires_at) : "-", shown(r.task_run), visible(r.parts), r.has_result);
}

inline std::string shown(const weir::found_artifact& a) {
  const auto& r = a.shown;
  return fmt::format("{} '{}' v{} {} '{}' {} {} {} {} {} {}: {}", r.id, visible(r.key), r.version, visible(r.type),
                     visible(r.description), visible(r.media_type), r.size, r.created_at, r.updated_at,
                     shown(r.flow_run), shown(r.task_run), visible(a.content));
}

/// One record a line.
template <class T>
std::string shown_all(const std::vector<T>& records) {
  std::string out;
  for (const auto& r : records) out += shown(r) + "\n";
  return out;
}

/// The first line in which two texts differ, as both have it; empty where they are equal.
inline std::string difference(std::string_view a, std::string_view b) {
  while (a != b) {
    const auto line_a = a.substr(0, a.find('\n')), line_b = b.substr(0, b.find('\n'));
    if (line_a != line_b) return fmt::format("\n{}\nand\n{}\n", line_a, line_b);
    a.remove_prefix(std::min(a.size(), line_a.size() + 1));
    b.remove_prefix(std::min(b.size(), line_b.size() + 1));
  }
  return {};
}

/// Everything that a store can be asked for, in order.
inline std::string shown_all(const weir::store_port& port) {
  std::string out = shown_all(port.flows());
  const auto runs = port.flow_runs({.limit = 1'000'000});
  out += shown_all(runs) + shown_all(port.task_runs({.limit = 1'000'000})) + shown_all(port.logs({.limit = 1'000'000}));
  for (const auto& r : runs) out += shown_all(port.known_task_runs(r.id));
  out += shown_all(port.artifacts({.limit = 1'000'000}));
  return out;
}

}  // namespace weir_test
