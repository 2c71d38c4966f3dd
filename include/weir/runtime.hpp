// Where runs are recorded and how: an ordinary object.
//
// A call uses, in this order: the runtime given with on(), the runtime of the run it is made in, the innermost
// runtime_scope of the thread, the process default. Several runtimes may live in one process; two on one file share one
// writer.

#pragma once

#include <weir/clock.hpp>
#include <weir/executor.hpp>
#include <weir/store.hpp>
#include <weir/store_port.hpp>

namespace spdlog {
class logger;
}

namespace weir::inline v0 {

/// What is given here wins over the environment, and the environment over the default.
struct runtime_options {
  /// The store file; made where there is none, its directory must exist. "off" records nothing.
  /// Empty: WEIR_STORE, else WEIR_HOME/weir.db, else ./weir.db.
  std::string store{};
  /// What runs survive where neither task nor flow says: see flow_options::durability. Default relaxed.
  std::optional<weir::durability> durability{};
  /// Log lines on standard error, in colour on a terminal.
  bool console = true;
  /// Lines below it are neither shown nor stored. Default: WEIR_LOG_LEVEL (debug, info, warning, error), else info.
  std::optional<log::level> log_level{};
  /// Whether runs store what they print, where neither their definition nor the run around them says. Default:
  /// WEIR_LOG_PRINTS (true, false, 1, 0, yes, no, on, off), else false.
  std::optional<bool> log_prints{};
  /// Takes the console's place: gets each line with its run, unstyled.
  std::shared_ptr<spdlog::logger> logger{};
  /// Bytes of parameters recorded for one run; a value over it is recorded as its type and size. Chosen; no data.
  std::size_t parameter_budget = 16 * 1024;
  /// Bytes of facts that may wait for the writer; then callers wait. Measured: 8 MiB keep batches of 4,096 interleaved
  /// flow runs long enough to be sorted well (docs/benchmarks.md). Shared by the runtimes of one store: the first decides.
  std::size_t queue_bytes = 8 * 1024 * 1024;
  /// Caching tasks do not look for entries, but keep what they make; task_options::refresh_cache wins over it.
  bool refresh_cache = false;
  /// For ids, run names and jitter; unset: from the system.
  std::optional<std::uint64_t> seed{};

  // Ports, for tests and for stores of another kind. Unset: the system's clock, waiting threads, SQLite.
  std::shared_ptr<weir::clock> clock{};
  std::shared_ptr<weir::executor> executor{};
  std::shared_ptr<weir::store_port> store_port{};
};

namespace detail {
class engine;
}

/// Threads: safe from any thread. The object must outlive the calls that were given it with on() or a runtime_scope; a run
/// that is still going on keeps what it needs.
class WEIR_EXPORT runtime {
 public:
  /// \throws store_error  the store cannot be opened: see weir::store
  /// \throws usage_error  WEIR_LOG_LEVEL is none of the levels, WEIR_LOG_PRINTS none of its words
  explicit runtime(const runtime_options&);
  runtime(const runtime&) = delete;
  runtime& operator=(const runtime&) = delete;
  /// Records what is still on its way.
  ~runtime();

  /// Records nothing, starts no thread, opens no file: for libraries that leave no trace unless their host asks.
  static runtime& null() noexcept;
  /// What a call made here would use. Makes the process default where it comes to that.
  static runtime& current();
  /// As current(), but never makes a file: null() where there is no runtime yet.
  static runtime& current_or_null() noexcept;

  /// For reading. Sees everything that this process recorded before each query.
  /// \throws usage_error  the null runtime has no store
  weir::store& store();

  /// As store::explain_cache.
  cache_explanation explain_cache(const uuid& task_run);

 private:
  friend class runtime_scope;
  friend class detail::engine;
  struct null_tag {
    explicit null_tag(int) {}  // not to be had from {}, which is a runtime_options
  };
  explicit runtime(null_tag) noexcept;

  std::shared_ptr<detail::engine> engine_;
  std::unique_ptr<weir::store> store_;
};

/// Calls on this thread use `rt`, until the scope ends. Scopes nest.
class [[nodiscard]] WEIR_EXPORT runtime_scope {
 public:
  [[nodiscard]] explicit runtime_scope(runtime& rt) noexcept;
  ~runtime_scope();
  runtime_scope(const runtime_scope&) = delete;
  runtime_scope& operator=(const runtime_scope&) = delete;

 private:
  runtime* previous_;
};

/// Runs started on this thread get these tags too, until the scope ends. Scopes nest; runs made inside such a run inherit
/// them.
class [[nodiscard]] WEIR_EXPORT tags {
 public:
  template <class... S>
    requires(sizeof...(S) > 0 && (std::is_convertible_v<const S&, std::string_view> && ...))
  [[nodiscard]] explicit tags(const S&... words)
      : tags(std::initializer_list<std::string_view>{std::string_view(words)...}, nullptr) {}
  ~tags();
  tags(const tags&) = delete;
  tags& operator=(const tags&) = delete;

 private:
  tags(std::initializer_list<std::string_view>, std::nullptr_t);
  name_id previous_;
};

}  // namespace weir::inline v0
