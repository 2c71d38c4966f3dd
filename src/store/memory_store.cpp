#include "store/memory_store.hpp"

#include "core/history.hpp"
#include "core/ids.hpp"
#include "core/tag_set.hpp"
#include "store/memory_artifacts.hpp"
#include "store/memory_cache.hpp"
#include "store/records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <mutex>
#include <unordered_map>

namespace weir::inline v0 {
namespace {

using store_detail::parse_cursor;

// Flow runs are numbered as they are created; their task runs and lines follow in the order of their own numbers.
using flow_key = std::int64_t;
using row_key = std::pair<flow_key, std::uint32_t>;

struct stored_run {
  bool ambient = false;
  std::uint64_t session = 0;  // of a flow run
  name_id name = 0, tags = 0, version = 0;
  std::uint32_t attempt = 0, flow_attempt = 1, parent_n = 0, index = 0;
  std::optional<uuid> parent{};
  state_type type{};
  std::int64_t created = 0, start_offset = -1, end_offset = -1, run_micros = 0;
  uuid id{};
  std::string run_name{}, parameters{}, history{}, failure{}, child{}, result{}, cache_key{};
};
struct stored_line {
  std::uint32_t n;
  log::level level;
  std::int64_t at;
  std::string message;
  name_id logger = 0;
  friend bool operator==(const stored_line&, const stored_line&) = default;
};
struct stored_flow {
  std::string version, description, schema;
  std::int64_t created = 0;
};

bool within(const std::optional<timestamp>& after, const std::optional<timestamp>& before,
            const std::optional<timestamp>& at) {
  return (!after || (at && *at >= *after)) && (!before || (at && *at <= *before));
}
bool has_all(const std::vector<std::string>& have, const std::vector<std::string>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(),
                     [&](const auto& w) { return std::find(have.begin(), have.end(), w) != have.end(); });
}
bool is_any(const std::vector<state_type>& of, state_type t) {
  return of.empty() || std::find(of.begin(), of.end(), t) != of.end();
}

bool matches(const flow_run_filter& f, const flow_run_record& r) {
  return (!f.id || *f.id == r.id) && (!f.id_from || *f.id_from <= r.id) && (!f.id_to || r.id <= *f.id_to) &&
         (!f.flow || *f.flow == r.flow) && (!f.name || *f.name == r.name) && is_any(f.states, r.state.type) &&
         has_all(r.tags, f.tags) && (!f.parent || f.parent == r.parent) &&
         within(f.started_after, f.started_before, r.started_at);
}
bool matches(const task_run_filter& f, const task_run_record& r) {
  return (!f.id || *f.id == r.id) && (!f.flow_run || *f.flow_run == r.flow_run) && (!f.task || *f.task == r.task) &&
         (!f.name || *f.name == r.name) && is_any(f.states, r.state.type) && has_all(r.tags, f.tags) &&
         (!f.parent || f.parent == r.parent) && within(f.started_after, f.started_before, r.started_at);
}
bool matches(const log_filter& f, const log_record& r) {
  return (!f.flow_run || *f.flow_run == r.flow_run) && (!f.task_run || f.task_run == r.task_run) &&
         (!f.min_level || r.level >= *f.min_level) &&
         (!f.contains || r.message.find(*f.contains) != std::string::npos) && within(f.after, f.before, r.at);
}

/// The first row of a page.
template <class Rows>
typename Rows::const_iterator after(const std::string& cursor, const Rows& rows) {
  if (cursor.empty()) return rows.begin();
  const auto at = parse_cursor(cursor, 2);
  constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max();
  return rows.upper_bound({at[0], static_cast<std::uint32_t>(std::min(at[1], most))});
}

/// The first records of a range of rows that a filter lets through, and where to go on.
template <class Record, class Row, class Filter, class Make, class Cursor>
page<Record> first_page(Row row, const Row end, const Filter& f, Make make, Cursor cursor) {
  page<Record> out;
  std::string last;
  for (; row != end; ++row) {
    std::optional<Record> r = make(*row);
    if (!r || !matches(f, *r)) continue;
    if (out.size() == f.limit) {
      out.next_cursor = std::move(last);
      break;
    }
    out.push_back(std::move(*r));
    last = cursor(row->first);
  }
  return out;
}

class memory_store_port final : public store_port {
 public:
  explicit memory_store_port(int fail_write) : fail_write_(fail_write) {}

  std::uint64_t open_session(timestamp) override { return ++sessions_; }
  void close_session(std::uint64_t session, timestamp now) override {
    std::lock_guard lock(mutex_);
    for (auto& [key, r] : runs_) {
      if (is_final(r.type) || runs_.at({key.first, 0}).session != session) continue;
      const auto states = core::unpack_history(r.history, r.created);
      const auto last = states.empty() ? r.created : states.back().at.micros();
      const auto at = std::max(now.micros(), last + 1);
      if (r.type == state_type::running) r.run_micros += at - last;
      core::append_state(r.history, last,
                         {state_type::crashed, "Crashed", "it never ended, or its end could not be recorded",
                          timestamp::from_micros(at)});
      r.type = state_type::crashed;
      r.end_offset = at - r.created;
    }
  }

  void apply(std::span<const std::byte> batch, durability) override {
    std::lock_guard lock(mutex_);
    if (++writes_ == fail_write_)
      throw store_error("memory store: write " + std::to_string(writes_) + " fails, as asked", error_code::store_io,
                        true);
    std::vector<const flow_run_fact*> created;
    for_each_fact(batch, [&](const auto& f) {
      if constexpr (std::is_same_v<decltype(f), const flow_run_fact&>) created.push_back(&f);
    });
    std::stable_sort(created.begin(), created.end(), [](const auto* a, const auto* b) { return a->run < b->run; });
    for (const auto* f : created) create(*f);
    for_each_fact(batch, [this](const auto& f) { record(f); });
  }
  std::uint64_t lost_facts() const noexcept override { return lost_; }

  std::vector<flow_record> flows() const override {
    std::lock_guard lock(mutex_);
    std::vector<flow_record> out;
    for (const auto& [name, f] : flows_)
      out.push_back({name, timestamp::from_micros(f.created), f.version, f.description, f.schema});
    return out;
  }
  page<flow_run_record> flow_runs(const flow_run_filter& f) const override {
    const auto before = f.cursor.empty() ? std::numeric_limits<flow_key>::max() : parse_cursor(f.cursor, 1)[0];
    std::lock_guard lock(mutex_);
    return first_page<flow_run_record>(
        std::make_reverse_iterator(runs_.lower_bound({before, 0})), runs_.rend(), f,
        [this](const auto& row) { return flow_run_of(row); }, [](const row_key& k) { return std::to_string(k.first); });
  }
  page<task_run_record> task_runs(const task_run_filter& f) const override {
    std::lock_guard lock(mutex_);
    return first_page<task_run_record>(
        after(f.cursor, runs_), runs_.end(), f, [this](const auto& row) { return task_run_of(row); }, &cursor_at);
  }
  page<log_record> logs(const log_filter& f) const override {
    std::lock_guard lock(mutex_);
    return first_page<log_record>(
        after(f.cursor, lines_), lines_.end(), f, [this](const auto& row) { return std::optional(line_of(row)); },
        &cursor_at);
  }
  std::size_t count_flow_runs(const flow_run_filter& f) const override { return flow_runs(all_of(f)).size(); }
  std::size_t count_task_runs(const task_run_filter& f) const override { return task_runs(all_of(f)).size(); }
  store_info info() const override { return {{}, store_detail::schema_version, 0}; }
  std::vector<known_task_run> known_task_runs(const uuid& id) const override {
    std::lock_guard lock(mutex_);
    std::vector<known_task_run> out;
    const auto flow = key_of_.find(id);
    if (flow == key_of_.end()) return out;
    for (auto row = runs_.lower_bound({flow->second, 1}); row != runs_.end() && row->first.first == flow->second;
         ++row) {
      const auto& r = row->second;
      out.push_back({r.parent_n, std::string(text_of(r.name)), r.index, row->first.second});
    }
    return out;
  }
  std::optional<earlier_task_run> find_earlier(const uuid& flow_run, std::uint32_t n) const override {
    std::lock_guard lock(mutex_);
    const auto* r = find(core::task_run_id(flow_run, n));
    if (!r) return std::nullopt;
    return earlier_task_run{r->created, r->history, r->result, child_of(*r), r->parameters};
  }
  std::optional<std::string> find_result(const uuid& id) const override {
    std::lock_guard lock(mutex_);
    const auto* r = find(id);
    if (!r) return std::nullopt;
    return r->result;
  }
  std::string cache_use(const uuid& task_run) const override {
    std::lock_guard lock(mutex_);
    const auto* r = find(task_run);
    return r ? r->cache_key : "";
  }

  std::optional<found_cache_entry> find_cache_entry(std::string_view key) const override { return cache_.find(key); }
  page<cache_record> cache_entries(const cache_filter& f, timestamp now) const override { return cache_.list(f, now); }
  std::size_t clear_cache(const cache_filter& f, timestamp now) override { return cache_.clear(f, now); }
  page<found_artifact> artifacts(const artifact_filter& f) const override { return artifacts_.list(f); }
  std::size_t count_artifacts(const artifact_filter& f) const override { return artifacts_.list(all_of(f)).size(); }
  std::unique_ptr<large_value_writer> keep_large_value() override { return std::make_unique<value_writer>(cache_); }
  large_value find_large_value(std::string_view name) const override { return cache_.find_value(name); }

 private:
  // Facts. A run that is known keeps what its creation said; a later attempt of its flow begins a task run again.

  class value_writer final : public large_value_writer {
   public:
    explicit value_writer(store_detail::memory_cache& cache) : cache_(cache) {}
    void write(std::span<const std::byte> data) override { bytes_.insert(bytes_.end(), data.begin(), data.end()); }
    std::string commit() override { return cache_.keep(std::move(bytes_)); }

   private:
    store_detail::memory_cache& cache_;
    std::vector<std::byte> bytes_;
  };

  const stored_run* find(const uuid& id) const {
    const auto flow =
        core::is_task_run_id(id) ? key_of_.lower_bound(core::flow_run_bounds(id).first) : key_of_.find(id);
    if (flow == key_of_.end()) return nullptr;
    const auto n = core::is_task_run_id(id) ? core::number_of(id) : 0;
    const auto row = runs_.find({flow->second, n});
    return row == runs_.end() || (n != 0 && core::task_run_id(flow->first, n) != id) ? nullptr : &row->second;
  }
  static std::optional<uuid> child_of(const stored_run& r) {
    if (r.child.size() != sizeof(uuid)) return std::nullopt;
    uuid id;
    std::copy(r.child.begin(), r.child.end(), id.bytes);
    return id;
  }

  template <class Fact>
  static bool is_news(const stored_run& r, const Fact& f, std::size_t history) {
    return store_detail::is_news({r.flow_attempt, r.attempt, r.history.size(), r.type == state_type::crashed},
                                 {f.flow_attempt, f.attempt, history});
  }
  static void describe(stored_run& r, const run_fact& f) {
    r.name = f.name;
    r.tags = f.tags;
    r.version = f.version;
    r.attempt = f.attempt;
    r.flow_attempt = f.flow_attempt;
    r.type = f.type;
    r.start_offset = f.start_offset;
    r.end_offset = -1;
    r.run_micros = f.run_micros;
    r.failure.clear();
    r.result.clear();
  }
  const flow_key* key_of(const fact& f) {
    const auto found = keys_.find(f.run);
    if (found != keys_.end()) return &found->second;
    ++lost_;
    return nullptr;
  }

  void create(const flow_run_fact& f) {
    const auto [known, is_new] = key_of_.try_emplace(f.id, last_key_ + 1);
    keys_[f.run] = known->second;
    if (!is_new) return;
    auto& r = runs_[{++last_key_, 0}];
    describe(r, f);
    r.created = f.created;
    r.ambient = f.ambient;
    r.session = f.session;
    r.id = f.id;
    if (const auto parent = keys_.find(f.parent_run); f.parent_run != 0 && parent != keys_.end())
      r.parent = runs_.at({parent->second, 0}).id;
    r.parent_n = f.parent_n;
    r.run_name = text(f, flow_run_fact::run_name);
    r.parameters = text(f, flow_run_fact::parameters);
    r.history = text(f, flow_run_fact::history);
  }
  void record(const flow_run_fact&) {}  // created before everything else of its batch
  void record(const flow_fact& f) {
    const auto [known, is_new] = flows_.try_emplace(std::string(text_of(f.name)));
    auto& flow = known->second;
    if (is_new) flow.created = f.at;
    flow.version = text_of(f.version);
    flow.description = text(f, flow_fact::description);
    flow.schema = text(f, flow_fact::schema);
  }
  void record(const task_run_fact& f) {
    const auto* flow = key_of(f);
    if (!flow) return;
    const auto [row, is_new] = runs_.try_emplace({*flow, f.n});
    auto& r = row->second;
    if (is_new) r.created = f.created;
    else if (!is_news(r, f, text(f, task_run_fact::history).size())) return;
    describe(r, f);
    r.parent_n = f.parent_n;
    r.index = f.index;
    r.run_name = text(f, task_run_fact::run_name);
    r.parameters = text(f, task_run_fact::parameters);
    r.history = text(f, task_run_fact::history);
    r.child = text(f, task_run_fact::child);
    r.cache_key = text(f, task_run_fact::cache_key);
  }
  void record(const update_fact& f) {
    const auto* flow = key_of(f);
    if (!flow) return;
    const auto row = runs_.find({*flow, f.n});
    if (row == runs_.end() || !is_news(row->second, f, text(f, update_fact::history).size())) return;
    auto& r = row->second;
    r.attempt = f.attempt;
    r.flow_attempt = f.flow_attempt;
    r.type = f.type;
    r.start_offset = f.start_offset;
    r.end_offset = f.end_offset;
    r.run_micros = f.run_micros;
    r.history = text(f, update_fact::history);
    r.failure = text(f, update_fact::failure);
    r.result = text(f, update_fact::result);
  }
  void record(const log_fact& f) {
    const auto* flow = key_of(f);
    if (!flow) return;
    stored_line line{f.n, f.level, f.at, std::string(text(f, log_fact::message)), f.logger};
    const auto [row, is_new] = lines_.try_emplace({*flow, f.seq}, line);
    if (is_new) return;
    // Said before, here or behind what somebody else wrote under this number; else it goes behind.
    const auto end = lines_.upper_bound({*flow, std::numeric_limits<std::uint32_t>::max()});
    if (std::any_of(row, end, [&](const auto& known) { return known.second == line; })) return;
    lines_.emplace(row_key{*flow, std::prev(end)->first.second + 1}, std::move(line));
  }

  void record(const cache_fact& f) {
    cache_.record(f, [this](std::uint64_t run, std::uint32_t n) -> std::optional<uuid> {
      const auto flow = keys_.find(run);
      if (flow == keys_.end()) return std::nullopt;
      return core::task_run_id(runs_.at({flow->second, 0}).id, n);
    });
  }

  void record(const artifact_fact& f) {
    const auto* flow = key_of(f);
    if (!flow) return;
    const auto& run = runs_.at({*flow, 0});
    artifacts_.record(f, run.ambient ? std::nullopt : std::optional(run.id),
                      f.n == 0 ? std::nullopt : std::optional(core::task_run_id(run.id, f.n)));
  }

  // Records.

  template <class Row>
  static void fill(run_info& out, std::vector<state>& history, const Row& r) {
    out.tags = core::tags_of(r.tags);
    out.parameters = r.parameters;
    out.attempts = static_cast<int>(r.attempt);
    out.created_at = timestamp::from_micros(r.created);
    if (r.start_offset >= 0) out.started_at = timestamp::from_micros(r.created + r.start_offset);
    if (r.end_offset >= 0) out.ended_at = timestamp::from_micros(r.created + r.end_offset);
    out.total_run_time = std::chrono::microseconds(r.run_micros);
    if (!r.failure.empty()) out.failure = store_detail::parse_failure(r.failure);
    history = core::unpack_history(r.history, r.created);
    out.state = store_detail::newest_state(r.type, history, r.created);
  }
  std::optional<flow_run_record> flow_run_of(const std::pair<const row_key, stored_run>& row) const {
    const auto& r = row.second;
    if (row.first.second != 0 || r.ambient) return std::nullopt;
    flow_run_record o;
    fill(o, o.history, r);
    o.kind = run_kind::flow;
    o.id = r.id;
    o.name = r.run_name;
    o.flow = text_of(r.name);
    o.version = text_of(r.version);
    o.parent = r.parent;
    if (r.parent) o.parent_task_run = core::task_run_id(*r.parent, r.parent_n);
    return o;
  }
  std::optional<task_run_record> task_run_of(const std::pair<const row_key, stored_run>& row) const {
    const auto& [key, r] = row;
    if (key.second == 0) return std::nullopt;
    task_run_record o;
    fill(o, o.history, r);
    o.flow_run = runs_.at({key.first, 0}).id;
    o.id = core::task_run_id(o.flow_run, key.second);
    o.task = text_of(r.name);
    o.name = store_detail::shown_name(r.run_name, o.task, r.index);
    o.version = text_of(r.version);
    o.index = r.index;
    if (r.parent_n != 0) o.parent = core::task_run_id(o.flow_run, r.parent_n);
    o.child_flow_run = child_of(r);
    return o;
  }
  log_record line_of(const std::pair<const row_key, stored_line>& row) const {
    const auto& [key, l] = row;
    log_record o;
    o.at = timestamp::from_micros(l.at);
    o.level = l.level;
    o.message = l.message;
    o.logger = text_of(l.logger);
    o.flow_run = runs_.at({key.first, 0}).id;
    if (l.n != 0) o.task_run = core::task_run_id(o.flow_run, l.n);
    const auto run = runs_.find({key.first, l.n});
    if (run == runs_.end()) return o;
    const auto& r = run->second;
    o.run_name = l.n == 0 ? r.run_name : store_detail::shown_name(r.run_name, text_of(r.name), r.index);
    return o;
  }

  static std::string cursor_at(const row_key& k) { return fmt::format("{}:{}", k.first, k.second); }
  template <class Filter>
  static Filter all_of(Filter f) {
    f.limit = std::numeric_limits<std::size_t>::max();
    f.cursor.clear();
    return f;
  }

  mutable std::mutex mutex_;  // guards all but the last two
  int fail_write_;
  int writes_ = 0;
  std::uint64_t sessions_ = 0, lost_ = 0;
  flow_key last_key_ = 0;
  std::unordered_map<std::uint64_t, flow_key> keys_;  // by serial number
  std::map<uuid, flow_key> key_of_;
  std::map<std::string, stored_flow> flows_;
  std::map<row_key, stored_run> runs_;  // number 0 is the flow run itself
  std::map<row_key, stored_line> lines_;
  store_detail::memory_cache cache_;
  store_detail::memory_artifacts artifacts_;
};

}  // namespace

std::shared_ptr<store_port> make_memory_store(int fail_write) {
  return std::make_shared<memory_store_port>(fail_write);
}

}  // namespace weir::inline v0
