#include "store/memory_store.hpp"

#include "core/hash.hpp"
#include "core/history.hpp"
#include "core/ids.hpp"
#include "core/tag_set.hpp"
#include "store/records.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>

namespace weir::inline v0 {
namespace {

struct stored_run {
  bool is_flow = false;
  bool ambient = false;
  name_id name = 0, tags = 0, version = 0, state_name = 0;
  std::uint32_t attempt = 0, flow_attempt = 1, parent_n = 0, index = 0;
  std::uint64_t parent_run = 0;
  state_type type{};
  std::int64_t created = 0, start_offset = -1, end_offset = -1, run_micros = 0;
  uuid id{};
  std::string run_name, parameters, history, failure, child, result, cache_key;
};
struct stored_entry {
  name_id task = 0;
  std::int64_t created = 0, expires = 0;
  std::uint64_t run = 0;
  std::uint32_t n = 0;
  std::string parts, result;
};
struct stored_line {
  std::uint32_t n, seq;
  log::level level;
  std::int64_t at;
  std::string message;
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

class memory_store_port final : public store_port {
  using key = std::pair<std::uint64_t, std::uint32_t>;

 public:
  explicit memory_store_port(int fail_write) : fail_write_(fail_write) {}

  std::uint64_t open_session(timestamp) override { return ++sessions_; }
  void close_session(std::uint64_t, timestamp) override {}

  void apply(std::span<const std::byte> batch, durability) override {
    std::lock_guard lock(mutex_);
    if (++writes_ == fail_write_)
      throw store_error("memory store: write " + std::to_string(writes_) + " fails, as asked", error_code::store_io,
                        true);
    for_each_fact(batch, [this](const auto& f) { record(f); });
  }

  std::vector<flow_record> flows() const override {
    std::lock_guard lock(mutex_);
    std::vector<flow_record> out;
    for (const auto& [name, f] : flows_)
      out.push_back({name, timestamp::from_micros(f.created), f.version, f.description, f.schema});
    return out;
  }
  page<flow_run_record> flow_runs(const flow_run_filter& f) const override {
    std::lock_guard lock(mutex_);
    return paged(matching_flow_runs(f), f.limit, f.cursor);
  }
  page<task_run_record> task_runs(const task_run_filter& f) const override {
    std::lock_guard lock(mutex_);
    return paged(matching_task_runs(f), f.limit, f.cursor);
  }
  std::size_t count_flow_runs(const flow_run_filter& f) const override {
    std::lock_guard lock(mutex_);
    return matching_flow_runs(f).size();
  }
  std::size_t count_task_runs(const task_run_filter& f) const override {
    std::lock_guard lock(mutex_);
    return matching_task_runs(f).size();
  }
  page<log_record> logs(const log_filter& f) const override {
    std::lock_guard lock(mutex_);
    std::vector<log_record> out;
    for (const auto& [run, lines] : lines_) {
      const auto flow = runs_.find({run, 0});
      if (flow == runs_.end()) continue;
      for (const auto& l : lines) {
        log_record r;
        r.at = timestamp::from_micros(l.at);
        r.level = l.level;
        r.message = l.message;
        r.flow_run = flow->second.id;
        if (l.n) r.task_run = core::task_run_id(r.flow_run, l.n);
        const auto task = runs_.find({run, l.n});
        r.run_name = task == runs_.end() ? ""
                                         : store_detail::shown_name(task->second.run_name, text_of(task->second.name),
                                                                    task->second.index);
        if (f.flow_run && *f.flow_run != r.flow_run) continue;
        if (f.task_run && f.task_run != r.task_run) continue;
        if (f.min_level && r.level < *f.min_level) continue;
        if (f.contains && r.message.find(*f.contains) == std::string::npos) continue;
        if (!within(f.after, f.before, r.at)) continue;
        out.push_back(std::move(r));
      }
    }
    return paged(std::move(out), f.limit, f.cursor);
  }
  store_info info() const override { return {{}, store_detail::schema_version, 0}; }
  std::vector<known_task_run> known_task_runs(const uuid& id) const override {
    std::lock_guard lock(mutex_);
    std::vector<known_task_run> out;
    for (const auto& [k, r] : runs_)
      if (!r.is_flow && runs_.at({k.first, 0}).id == id)
        out.push_back({r.parent_n, std::string(text_of(r.name)), r.index, k.second});
    return out;
  }
  std::optional<earlier_task_run> find_earlier(const uuid& flow_run, std::uint32_t n) const override {
    std::lock_guard lock(mutex_);
    const auto* r = find(core::task_run_id(flow_run, n));
    if (!r) return std::nullopt;
    return earlier_task_run{r->created, r->history, r->result, child_of(*r)};
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
  std::optional<found_cache_entry> find_cache_entry(std::string_view digest) const override {
    std::lock_guard lock(mutex_);
    const auto found = entries_.find(digest);
    if (found == entries_.end() || found->second.result.empty()) return std::nullopt;
    return found_cache_entry{found->second.created, found->second.expires, found->second.result};
  }
  page<cache_record> cache_entries(const cache_filter& f, timestamp now) const override {
    std::lock_guard lock(mutex_);
    std::vector<cache_record> out;
    for (const auto& [digest, e] : entries_) {
      if (!matches(f, digest, e, now)) continue;
      cache_record r;
      r.key = core::to_hex(core::digest_from(digest));
      r.task = text_of(e.task);
      r.created_at = timestamp::from_micros(e.created);
      if (e.expires) r.expires_at = timestamp::from_micros(e.expires);
      if (const auto flow = runs_.find({e.run, 0}); flow != runs_.end())
        r.task_run = core::task_run_id(flow->second.id, e.n);
      r.parts = e.parts;
      r.has_result = !e.result.empty();
      out.push_back(std::move(r));
    }
    std::sort(out.begin(), out.end(), [](const cache_record& a, const cache_record& b) {
      return std::tie(b.created_at, b.key) < std::tie(a.created_at, a.key);
    });
    return paged(std::move(out), f.limit, f.cursor);
  }
  std::size_t clear_cache(const cache_filter& f, timestamp now) override {
    std::lock_guard lock(mutex_);
    return std::erase_if(entries_, [&](const auto& e) { return matches(f, e.first, e.second, now); });
  }

  std::unique_ptr<large_value_writer> keep_large_value() override { return std::make_unique<value_writer>(*this); }
  large_value find_large_value(std::string_view name) const override {
    std::lock_guard lock(mutex_);
    const auto found = values_.find(name);
    if (found == values_.end()) throw missing_result("the value " + std::string(name) + " is not in the memory store");
    return {found->second, *found->second, "memory:" + std::string(name)};
  }

 private:
  class value_writer final : public large_value_writer {
   public:
    explicit value_writer(memory_store_port& store) : store_(store) {}
    void write(std::span<const std::byte> data) override { bytes_.insert(bytes_.end(), data.begin(), data.end()); }
    std::string commit() override {
      auto name = core::to_hex(core::hash_of(bytes_));
      std::lock_guard lock(store_.mutex_);
      store_.values_.emplace(name, std::make_shared<const std::vector<std::byte>>(std::move(bytes_)));
      return name;
    }

   private:
    memory_store_port& store_;
    std::vector<std::byte> bytes_;
  };

  static bool matches(const cache_filter& f, const std::string& digest, const stored_entry& e, timestamp now) {
    return (!f.key || core::to_hex(core::digest_from(digest)) == *f.key) && (!f.task || text_of(e.task) == *f.task) &&
           (!f.older_than || e.created < now.micros() - f.older_than->count());
  }
  const stored_run* find(const uuid& id) const {
    for (const auto& [k, r] : runs_)
      if (r.is_flow ? r.id == id : core::task_run_id(runs_.at({k.first, 0}).id, k.second) == id) return &r;
    return nullptr;
  }
  static std::optional<uuid> child_of(const stored_run& r) {
    if (r.child.size() != sizeof(uuid::bytes)) return std::nullopt;
    uuid id;
    std::copy(r.child.begin(), r.child.end(), id.bytes);
    return id;
  }

  void record(const flow_fact& f) {
    auto& flow = flows_[std::string(text_of(f.name))];
    if (flow.created == 0) flow.created = f.at;
    flow.version = text_of(f.version);
    flow.description = text(f, flow_fact::description);
    flow.schema = text(f, flow_fact::schema);
  }
  stored_run* take(const run_fact& f) {
    auto& r = runs_[{f.run, f.n}];
    if (std::pair(f.flow_attempt, f.attempt) < std::pair(r.flow_attempt, r.attempt)) return nullptr;
    r.name = f.name;
    r.tags = f.tags;
    r.version = f.version;
    r.attempt = f.attempt;
    r.flow_attempt = f.flow_attempt;
    r.type = f.type;
    r.state_name = f.state_name;
    if (r.created == 0) r.created = f.created;
    r.start_offset = f.start_offset;
    r.end_offset = -1;
    r.failure.clear();
    r.result.clear();
    return &r;
  }
  void record(const flow_run_fact& f) {
    auto* r = take(f);
    if (!r) return;
    r->is_flow = true;
    r->ambient = f.ambient;
    r->id = f.id;
    r->parent_run = f.parent_run;
    r->parent_n = f.parent_n;
    r->run_name = text(f, flow_run_fact::run_name);
    r->parameters = text(f, flow_run_fact::parameters);
    r->history = text(f, flow_run_fact::history);
  }
  void record(const task_run_fact& f) {
    if (!runs_.contains({f.run, 0})) return;
    auto* r = take(f);
    if (!r) return;
    r->parent_n = f.parent_n;
    r->index = f.index;
    r->run_name = text(f, task_run_fact::run_name);
    r->parameters = text(f, task_run_fact::parameters);
    r->history = text(f, task_run_fact::history);
    r->child = text(f, task_run_fact::child);
    r->cache_key = text(f, task_run_fact::cache_key);
  }
  void record(const update_fact& f) {
    const auto found = runs_.find({f.run, f.n});
    if (found == runs_.end()) return;
    auto& r = found->second;
    if (std::pair(f.flow_attempt, f.attempt) < std::pair(r.flow_attempt, r.attempt)) return;
    r.attempt = f.attempt;
    r.flow_attempt = f.flow_attempt;
    r.type = f.type;
    r.state_name = f.state_name;
    r.start_offset = f.start_offset;
    r.end_offset = f.end_offset;
    r.run_micros = f.run_micros;
    r.history = text(f, update_fact::history);
    r.failure = text(f, update_fact::failure);
    r.result = text(f, update_fact::result);
  }
  void record(const log_fact& f) {
    if (runs_.contains({f.run, 0}))
      lines_[f.run].push_back({f.n, f.seq, f.level, f.at, std::string(text(f, log_fact::message))});
  }
  void record(const cache_fact& f) {
    auto& e = entries_[std::string(text(f, cache_fact::key))];
    if (text(f, cache_fact::result).empty() && !e.result.empty()) return;
    e = {f.task,
         f.created,
         f.expires,
         f.run,
         f.n,
         std::string(text(f, cache_fact::parts)),
         std::string(text(f, cache_fact::result))};
  }

  void fill(run_info& out, const stored_run& r) const {
    out.tags = core::tags_of(r.tags);
    out.parameters = r.parameters;
    out.attempts = static_cast<int>(r.attempt);
    out.created_at = timestamp::from_micros(r.created);
    if (r.start_offset >= 0) out.started_at = timestamp::from_micros(r.created + r.start_offset);
    if (r.end_offset >= 0) out.ended_at = timestamp::from_micros(r.created + r.end_offset);
    out.total_run_time = std::chrono::microseconds(r.run_micros);
    if (!r.failure.empty()) out.failure = store_detail::parse_failure(r.failure);
  }
  std::vector<flow_run_record> matching_flow_runs(const flow_run_filter& f) const {
    std::vector<flow_run_record> out;
    for (auto i = runs_.rbegin(); i != runs_.rend(); ++i) {
      const auto& r = i->second;
      if (!r.is_flow || r.ambient) continue;
      flow_run_record o;
      fill(o, r);
      o.kind = run_kind::flow;
      o.id = r.id;
      o.name = r.run_name;
      o.flow = text_of(r.name);
      o.version = text_of(r.version);
      o.history = core::unpack_history(r.history, r.created);
      if (!o.history.empty()) o.state = o.history.back();
      if (r.parent_run) {
        if (const auto parent = runs_.find({r.parent_run, 0}); parent != runs_.end()) {
          o.parent = parent->second.id;
          o.parent_task_run = core::task_run_id(parent->second.id, r.parent_n);
        }
      }
      if ((f.id && *f.id != o.id) || (f.id_from && o.id < *f.id_from) || (f.id_to && *f.id_to < o.id) ||
          (f.flow && *f.flow != o.flow) || (f.name && *f.name != o.name) || !is_any(f.states, o.state.type) ||
          !has_all(o.tags, f.tags) || (f.parent && f.parent != o.parent) ||
          !within(f.started_after, f.started_before, o.started_at))
        continue;
      out.push_back(std::move(o));
    }
    return out;
  }
  std::vector<task_run_record> matching_task_runs(const task_run_filter& f) const {
    std::vector<task_run_record> out;
    for (const auto& [k, r] : runs_) {
      if (r.is_flow) continue;
      task_run_record o;
      fill(o, r);
      o.flow_run = runs_.at({k.first, 0}).id;
      o.id = core::task_run_id(o.flow_run, k.second);
      o.task = text_of(r.name);
      o.name = store_detail::shown_name(r.run_name, o.task, r.index);
      o.version = text_of(r.version);
      o.index = r.index;
      o.history = core::unpack_history(r.history, r.created);
      if (!o.history.empty()) o.state = o.history.back();
      if (r.parent_n) o.parent = core::task_run_id(o.flow_run, r.parent_n);
      o.child_flow_run = child_of(r);
      if ((f.id && *f.id != o.id) || (f.flow_run && *f.flow_run != o.flow_run) || (f.task && *f.task != o.task) ||
          (f.name && *f.name != o.name) || !is_any(f.states, o.state.type) || !has_all(o.tags, f.tags) ||
          (f.parent && f.parent != o.parent) || !within(f.started_after, f.started_before, o.started_at))
        continue;
      out.push_back(std::move(o));
    }
    return out;
  }
  template <class T>
  static page<T> paged(std::vector<T> all, std::size_t limit, const std::string& cursor) {
    const std::size_t from = cursor.empty() ? 0 : std::stoul(cursor);
    page<T> out;
    for (std::size_t i = from; i < all.size() && out.size() < limit; ++i) out.push_back(std::move(all[i]));
    if (from + out.size() < all.size()) out.next_cursor = std::to_string(from + out.size());
    return out;
  }

  mutable std::mutex mutex_;  // guards all
  int fail_write_;
  int writes_ = 0;
  std::uint64_t sessions_ = 0;
  std::map<std::string, stored_flow> flows_;
  std::map<key, stored_run> runs_;
  std::map<std::uint64_t, std::vector<stored_line>> lines_;
  std::map<std::string, stored_entry, std::less<>> entries_;
  std::map<std::string, std::shared_ptr<const std::vector<std::byte>>, std::less<>> values_;
};

}  // namespace

std::shared_ptr<store_port> make_memory_store(int fail_write) {
  return std::make_shared<memory_store_port>(fail_write);
}

}  // namespace weir::inline v0
