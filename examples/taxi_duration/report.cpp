#include "report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <fstream>

namespace taxi {
namespace {

// Writes beside the name and renames: a reader never sees half a file. The ending stays, because XGBoost goes by it.
template <class Write>
void replace_file(const std::filesystem::path& file, Write&& write) {
  const auto part = file.parent_path() / (".part-" + file.filename().string());
  write(part);
  std::filesystem::rename(part, file);
}

void write_json(const std::filesystem::path& file, const nlohmann::ordered_json& j) {
  replace_file(file, [&](const std::filesystem::path& part) {
    std::ofstream out(part);
    out << j.dump(1) << "\n";
    if (!out.flush())
      throw std::runtime_error(
          fmt::format("{}: cannot be written; look at its folder and at the room on the disk", file.string()));
  });
}

}  // namespace

void save(const trained& t, const vectorizer& v, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  replace_file(folder / "model.ubj", [&](const auto& part) { t.trees.save(part); });
  write_json(folder / "vectorizer.json", {{"feature_names", v.names()}});
  write_json(folder / "metrics.json",
             {{"rmse", t.rmse}, {"best_iteration", t.best_iteration}, {"parameters", t.parameters}});
}

std::string report(const trained& t, weir::timestamp at) {
  return fmt::format("# Duration prediction report\n\n| date | RMSE |\n|---|---|\n| {} | {:.6f} |\n",
                     to_string(at).substr(0, 10), t.rmse);
}

std::string find_report(const weir::store& store, const weir::uuid& flow_run) {
  const auto found = store.artifacts({.key = std::string(report_key), .flow_run = flow_run, .limit = 1});
  return found.empty() ? std::string() : found[0].data;
}

std::string summary(const weir::store& store, const weir::uuid& flow_run) {
  const auto line = [](const weir::run_info& r, std::string_view indent) {
    return fmt::format("{:<32} {:<12} {:>8} {:>10.3f} s\n", fmt::format("{}{}", indent, r.name), r.state.name,
                       r.attempts, r.total_run_time.count());
  };
  std::string out = fmt::format("{:<32} {:<12} {:>8} {:>12}\n", "run", "state", "attempts", "duration");
  const auto tree = store.run_tree(flow_run);
  out += line(tree, "");
  for (const auto& task : tree.children) out += line(task, "  ");
  return out;
}

}  // namespace taxi
