// The port through which the engine records, and a store is read: what an adapter for another kind of store implements.
//
// The engine emits facts: small records of bytes, appended to a buffer and handed over in batches. A fact says all that
// is known at that moment and replaces what an earlier one said, so that applying it twice does no harm; a fact of an
// earlier attempt than the one recorded is refused.
//
// Outside semantic versioning: this header follows the engine's needs. tests/contract/ says what an adapter must do.

#pragma once

#include <weir/store.hpp>

#include <cstring>
#include <span>

namespace weir::inline v0 {

/// What a record survives once it is reported as written.
enum class durability : std::uint8_t {
  relaxed,  // written in the background: a killed process loses the last milliseconds
  process,  // committed: a killed process loses nothing, a power cut may lose the last commits
  power     // committed and synced: a power cut loses nothing that the disk did not lie about
};

enum class fact_kind : std::uint32_t {
  flow = 1,
  flow_run = 2,
  task_run = 3,
  update = 4,
  log_line = 5,
  cache_entry = 6,
  artifact = 7
};

/// A name in the process-wide table of names: tasks, flows, state names, versions, sets of tags (a JSON array, sorted).
/// 0 is "none". Names stay for the life of the process.
using name_id = std::uint32_t;
WEIR_EXPORT name_id intern(std::string_view);
WEIR_EXPORT std::string_view text_of(name_id) noexcept;

/// How every fact begins. Facts lie one after another, each at a multiple of 8 bytes; the texts follow the fixed part.
struct fact {
  std::uint32_t size = 0;  // of the whole fact, texts and padding included
  fact_kind kind{};
  std::uint64_t run =
      0;  // process-wide serial of the flow run, from 1; the adapter maps it to its own key. 0 for kind flow
  std::uint32_t n = 0;  // number of the task run in its flow run, from 1; 0 is the flow run itself
};

/// A flow, as defined: before the first run of it through this store.
struct flow_fact : fact {
  static constexpr fact_kind tag = fact_kind::flow;
  name_id name = 0, version = 0;
  std::int64_t at = 0;  // microseconds UTC, as every `at` and `created` here
  enum { description, schema, texts };
  std::uint32_t length[texts]{};
};

/// What flow runs and task runs say when they are created, with what has happened since if it is already more.
struct run_fact : fact {
  name_id name = 0;  // the flow or the task
  name_id tags = 0, version = 0;
  std::uint32_t attempt = 0;       // started attempts
  std::uint32_t flow_attempt = 1;  // task runs: the attempt of the flow that made this row's latest states
  state_type type = state_type::pending;
  name_id state_name = 0;  // 0: the type's default name
  std::int64_t created = 0;
  std::int64_t start_offset = -1;  // first start, microseconds after created; -1: not started
  std::int64_t run_micros = 0;     // total run time, of earlier attempts of the flow
};

struct flow_run_fact : run_fact {
  static constexpr fact_kind tag = fact_kind::flow_run;
  uuid id{};
  std::uint64_t session = 0;     // as open_session gave it
  std::uint64_t parent_run = 0;  // serial of the flow run that called this one; 0: none
  std::uint32_t parent_n = 0;    // the row that stands for this run there
  bool ambient = false;          // holds tasks called outside any flow; no listing of flow runs shows it
  enum { run_name, parameters, history, texts };
  std::uint32_t length[texts]{};
};

struct task_run_fact : run_fact {
  static constexpr fact_kind tag = fact_kind::task_run;
  std::uint32_t parent_n = 0;  // the task run whose body called this one; 0: the flow's
  std::uint32_t index = 0;     // which call of this task in that parent, from 0
  // run_name empty: "<task>-<index>"; child: 16 bytes, the subflow's id, or none; cache_key: 1 byte of cache_status and 16
  // of the key, or none
  enum { run_name, parameters, history, child, cache_key, texts };
  std::uint32_t length[texts]{};
};

/// A run's newest state and everything that goes with it. `history` is the whole history.
struct update_fact : fact {
  static constexpr fact_kind tag = fact_kind::update;
  std::uint32_t attempt = 0;
  std::uint32_t flow_attempt = 1;
  state_type type = state_type::pending;
  name_id state_name = 0;
  std::int64_t start_offset = -1;
  std::int64_t end_offset = -1;  // entering the final state, microseconds after created; -1: not final
  std::int64_t run_micros = 0;   // total run time
  // failure: JSON {"code", "type", "message", "causes", "attempt"}, or none; result: see "kept result", or none
  enum { message, history, failure, result, texts };
  std::uint32_t length[texts]{};
};

struct log_fact : fact {
  static constexpr fact_kind tag = fact_kind::log_line;
  std::uint32_t seq = 0;  // number of the line in its flow run, from 0
  name_id logger = 0;     // of the host's logger that it came through; 0: none
  log::level level{};
  std::int64_t at = 0;
  enum { message, texts };
  std::uint32_t length[texts]{};
};

/// A result that later calls with the same key may use: replaces what an earlier fact said of the key.
struct cache_fact : fact {
  static constexpr fact_kind tag = fact_kind::cache_entry;
  name_id task = 0;
  std::int64_t created = 0;
  std::int64_t expires = 0;  // 0: never
  // key: 16 bytes; parts: JSON object, what the key was made of; result: see "kept result". Without a result the fact only
  // says what a key was made of, and leaves an entry as it is.
  enum { key, parts, result, texts };
  std::uint32_t length[texts]{};
};

/// An artifact, as it is now: what it says replaces what an earlier fact said, one with an `updated` that is not later than
/// the recorded one is refused. The first one of an id makes the next version of its key.
struct artifact_fact : fact {
  static constexpr fact_kind tag = fact_kind::artifact;
  name_id type = 0;
  std::int64_t created = 0, updated = 0;
  std::uint64_t bytes = 0;  // of the content
  uuid id{};
  // key: or none; media_type: none for what is text; content: see "kept content"
  enum { key, description, media_type, content, texts };
  std::uint32_t length[texts]{};
};

/// How a call of a caching task met the cache. The values reach the store: never renumber.
enum class cache_status : std::uint8_t {
  hit = 1,
  no_entry = 2,   // nothing with this key
  expired = 3,    // an entry that was too old
  refreshed = 4,  // nobody looked: refresh_cache
  unreadable = 5  // an entry whose value does not parse any more
};

/// The `i`-th text of a fact. Valid as long as the batch.
template <class Fact>
std::string_view text(const Fact& f, int i) noexcept {
  const char* p = reinterpret_cast<const char*>(&f) + sizeof(Fact);
  for (int k = 0; k < i; ++k) p += f.length[k];
  return {p, f.length[i]};
}

/// Facts in the order in which they were emitted. Calls `visit(const Fact&)` with each, as its own type.
template <class Visitor>
void for_each_fact(std::span<const std::byte> batch, Visitor&& visit) {
  const std::byte* p = batch.data();
  const std::byte* const end = p + batch.size();
  while (p < end) {
    const auto& f = *reinterpret_cast<const fact*>(p);
    switch (f.kind) {
      case fact_kind::flow: visit(static_cast<const flow_fact&>(f)); break;
      case fact_kind::flow_run: visit(static_cast<const flow_run_fact&>(f)); break;
      case fact_kind::task_run: visit(static_cast<const task_run_fact&>(f)); break;
      case fact_kind::update: visit(static_cast<const update_fact&>(f)); break;
      case fact_kind::log_line: visit(static_cast<const log_fact&>(f)); break;
      case fact_kind::cache_entry: visit(static_cast<const cache_fact&>(f)); break;
      case fact_kind::artifact: visit(static_cast<const artifact_fact&>(f)); break;
    }
    p += f.size;
  }
}

/// The identity of a task run within its flow run, and its number there.
struct known_task_run {
  std::uint32_t parent_n = 0;
  std::string task{};
  std::uint32_t index = 0;
  std::uint32_t n = 0;
};

/// A task run as a later attempt of its flow finds it.
struct earlier_task_run {
  std::int64_t created = 0;
  std::string history{};  // packed
  std::string result{};   // see "kept result" below; empty: none was kept
  std::optional<uuid> child{};
  std::string parameters{};  // as recorded
};

/// A run whose process was found dead.
struct crashed_run {
  run_kind kind{};
  std::string called{};  // the flow or task
  uuid id{};
};

// A kept result is one text: 'j' and the value as its codec writes it, or 'f' and the name under which the store keeps a
// large one.

/// Bytes on their way into a store. What was not committed when it goes is dropped. Threads: one thread at a time.
class WEIR_EXPORT large_value_writer {
 public:
  large_value_writer() = default;
  large_value_writer(const large_value_writer&) = delete;
  large_value_writer& operator=(const large_value_writer&) = delete;
  virtual ~large_value_writer();
  /// \throws store_error
  virtual void write(std::span<const std::byte>) = 0;
  /// Keeps it, synced, under a name made of its content: equal values share one. \throws store_error
  virtual std::string commit() = 0;
};

/// Bytes that a store holds, and what holds them.
struct large_value {
  std::shared_ptr<const void> owner{};
  std::span<const std::byte> bytes{};
  std::string where{};  // for messages: a path
};

// Kept content of an artifact is one text, as a result: 'j' and the bytes as they are, or 'f' and the name of a large value,
// which is the bytes as they are, so that the file is the image or the text.

struct found_artifact {
  artifact_record shown{};  // without its data
  std::string content{};    // empty where the filter does not ask for the data
};

struct found_cache_entry {
  std::int64_t created = 0;
  std::int64_t expires = 0;  // 0: never
  std::string result{};
};

class WEIR_EXPORT store_port {
 public:
  store_port() = default;
  store_port(const store_port&) = delete;
  store_port& operator=(const store_port&) = delete;
  virtual ~store_port();

  // Writing. One thread at a time (the recorder sees to it).

  /// Registers this process as a writer, after marking the runs of writers that died as CRASHED.
  /// \return the session; its runs carry it
  virtual std::uint64_t open_session(timestamp now) = 0;
  /// The session ended in order. Nothing of it runs any more: what looks as if it did ended while the store could not be
  /// written, and is marked CRASHED.
  virtual void close_session(std::uint64_t session, timestamp now) = 0;

  /// Records all facts of `batch` in one transaction, as durable as asked.
  /// \throws store_error nothing of the batch was recorded
  virtual void apply(std::span<const std::byte> batch, durability) = 0;

  /// What this port marked as CRASHED since it was last asked; at most some thousand runs.
  virtual std::vector<crashed_run> take_crashed() { return {}; }

  /// Removes entries. \return how many
  virtual std::size_t clear_cache(const cache_filter&, timestamp now) = 0;

  /// Nothing is waiting: a chance for upkeep (checkpoints). Must not throw.
  virtual void idle() noexcept {}

  /// Facts that could not be recorded because the creation of their flow run never was.
  virtual std::uint64_t lost_facts() const noexcept { return 0; }

  // Reading. Safe from any thread, also while another one writes.

  virtual std::vector<flow_record> flows() const = 0;
  virtual page<flow_run_record> flow_runs(const flow_run_filter&) const = 0;
  virtual page<task_run_record> task_runs(const task_run_filter&) const = 0;
  virtual page<log_record> logs(const log_filter&) const = 0;
  virtual std::size_t count_flow_runs(const flow_run_filter&) const = 0;
  virtual std::size_t count_task_runs(const task_run_filter&) const = 0;
  virtual store_info info() const = 0;
  virtual page<cache_record> cache_entries(const cache_filter&, timestamp now) const = 0;
  virtual page<found_artifact> artifacts(const artifact_filter&) const = 0;
  virtual std::size_t count_artifacts(const artifact_filter&) const = 0;

  /// The task runs of one flow run, for an attempt that meets them again.
  virtual std::vector<known_task_run> known_task_runs(const uuid& flow_run) const = 0;
  virtual std::optional<earlier_task_run> find_earlier(const uuid& flow_run, std::uint32_t n) const = 0;
  /// The kept result of a run of either kind, as an update_fact gave it; empty: none. nullopt: no such run
  virtual std::optional<std::string> find_result(const uuid& run) const = 0;
  /// \param key  16 bytes
  virtual std::optional<found_cache_entry> find_cache_entry(std::string_view key) const = 0;
  /// How a task run met the cache, and with which key: a byte of cache_status and 16 of the key; empty: it did not.
  virtual std::string cache_use(const uuid& task_run) const = 0;

  // Large values: safe from any thread.

  virtual std::unique_ptr<large_value_writer> keep_large_value() = 0;
  /// \throws missing_result  it is not there
  virtual large_value find_large_value(std::string_view name) const = 0;
};

/// Opens a store file; read_write makes one where there is none, and marks the runs of dead processes.
/// \throws store_error  see weir::store
WEIR_EXPORT std::shared_ptr<store_port> open_store(const std::string& path, open_mode);

}  // namespace weir::inline v0
