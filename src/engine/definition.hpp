// A task or flow as the engine sees it: name, place, settings, parameters.

#pragma once

#include <weir/detail/definition.hpp>

#include <atomic>

namespace weir::inline v0::detail {

/// task_options and flow_options in one, with the defaults filled in.
struct settings {
  int retries = 0;
  delay_schedule retry_delay{};
  double retry_jitter = 0;
  retry_condition retry_if{};
  std::optional<bool> log_prints{};
  std::string run_name{};  // empty: the kind's default
  name_id tags = 0;
  name_id version = 0;
  std::string description{};
  std::optional<weir::durability> durability{};
  cache_policy cache{};
  std::optional<duration> cache_expiration{};
  std::optional<bool> refresh_cache{};
  bool cache_single = false;
  std::optional<bool> persist_result{};  // unset: where something needs it
  hook_list on_running{}, on_completion{}, on_failure{}, on_crashed{};
};

class definition : public std::enable_shared_from_this<definition> {
 public:
  definition(kind k, std::string name, const char* file, int line, std::vector<param_info> params,
             const body_info& body);
  definition(const definition& other);  // for redefine
  definition& operator=(const definition&) = delete;

  template <class Options>
  void apply(const Options& o);

  /// The first use. \throws usage_error with every call, where the definition is wrong
  void check() const {
    if (!checked_.load(std::memory_order_acquire)) check_once();
  }

  /// JSON schema of the parameters.
  std::string schema() const;
  /// `task "fetch" (pipeline.cpp:12)`
  std::string described() const;
  /// Warnings that one task gives once. True the first time.
  enum class warning : unsigned { not_cached = 1, not_kept = 2, other_arguments = 4 };
  bool not_said_yet(warning w) const noexcept {
    const auto bit = static_cast<unsigned>(w);
    return (said_.fetch_or(bit) & bit) == 0;
  }

  const kind what;
  const std::string name;
  const name_id id;
  const body_info body;
  settings set{};
  std::vector<param_info> params;

 private:
  void check_once() const;
  std::string problem() const;
  std::string result_problem() const;
  std::string cache_problem(const cache_part&) const;
  std::string near_parameter(std::string_view name) const;

  const char* file_;
  int line_;
  std::shared_ptr<const std::vector<std::string>> own_names_;  // of parameters that nobody named
  std::string tag_problem_;
  mutable std::atomic<bool> checked_{false};
  mutable std::atomic<unsigned> said_{0};
};

}  // namespace weir::inline v0::detail
