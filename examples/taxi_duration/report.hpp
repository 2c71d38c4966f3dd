// Reporting: what is written beside the record, and what is read back from it.

#pragma once

#include "training.hpp"

#include <weir/weir.hpp>

namespace taxi {

/// Writes model.ubj, vectorizer.json and metrics.json into `folder`, which is made where there is none. Each file
/// appears whole or not at all.
void save(const trained&, const vectorizer&, const std::filesystem::path& folder);

/// A markdown table with the date and the error.
std::string report(const trained&, weir::timestamp at);
/// Under which key each run leaves its own in the record.
inline constexpr std::string_view report_key = "duration-model-report";
/// The report that a flow run left; empty where it did not come so far.
std::string find_report(const weir::store&, const weir::uuid& flow_run);

/// A flow run and its tasks as the store has them: states, attempts, durations.
std::string summary(const weir::store&, const weir::uuid& flow_run);

}  // namespace taxi
