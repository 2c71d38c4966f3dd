// A tree of runs as a Mermaid flowchart.

#include <weir/store.hpp>

#include <fmt/format.h>

namespace weir::inline v0 {
namespace {

// Inside quotes Mermaid reads HTML entities, and nothing else is special.
std::string quoted(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"') out += "#quot;";
    else if (c == '<') out += "#lt;";
    else if (c == '>') out += "#gt;";
    else if (c == '#') out += "#35;";
    else if (c == '\n' || c == '\r') out += ' ';
    else out += c;
  }
  return out;
}

void add(std::string& out, const run_node& run, std::size_t& numbered) {
  const auto me = numbered++;
  const bool is_flow = run.kind == run_kind::flow;
  out += fmt::format("  r{}{}\"{}<br/>{}\"{}\n", me, is_flow ? "([" : "[", quoted(run.name), quoted(run.state.name),
                     is_flow ? "])" : "]");
  for (const auto& child : run.children) {
    out += fmt::format("  r{} --> r{}\n", me, numbered);
    add(out, child, numbered);
  }
}

}  // namespace

std::string to_mermaid(const run_node& tree) {
  std::string out = "flowchart TD\n";
  std::size_t numbered = 0;
  add(out, tree, numbered);
  return out;
}

}  // namespace weir::inline v0
