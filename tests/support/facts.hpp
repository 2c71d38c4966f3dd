// Facts as the engine emits them, for tests that speak to a store port themselves.
//
//   facts f;
//   f.flow_run({.run = 1});
//   f.task_run({.run = 1, .n = 1});
//   f.enter({.run = 1, .n = 1, .type = state_type::completed});
//   port->apply(f.take(), weir::durability::process);

#pragma once

#include "core/history.hpp"
#include "core/ids.hpp"
#include "core/tag_set.hpp"
#include "engine/recording.hpp"

#include <map>
#include <utility>

namespace weir_test {

using weir::state_type;

/// When the flow run of this serial number is created, unless its test says otherwise: one a second, from 2026 on.
inline std::int64_t created_at(std::uint64_t run) {
  return 1'767'225'600'000'000 + static_cast<std::int64_t>(run) * 1'000'000;
}

/// The id of a flow run of this serial number, or of a task run in it.
inline weir::uuid id_of(std::uint64_t run, std::uint32_t n = 0) {
  weir::core::random_source random(run);
  const auto high = random.next(), low = random.next();
  const auto id = weir::core::make_flow_run_id(weir::timestamp::from_micros(created_at(run)), high, low);
  return n == 0 ? id : weir::core::task_run_id(id, n);
}

struct flow_spec {
  std::string name = "flow", version{}, description{}, schema = "{}";
  std::int64_t at = created_at(0);
};

struct flow_run_spec {
  std::uint64_t run = 1;
  std::string flow = "flow", name = "calm-heron", version{}, parameters = "{}";
  std::vector<std::string> tags{};
  std::uint64_t session = 1, parent_run = 0;
  std::uint32_t parent_n = 0;
  bool ambient = false;
  bool started = true;  // Pending, Running; else Pending alone
  std::optional<std::int64_t> created{};
};

struct task_run_spec {
  std::uint64_t run = 1;
  std::uint32_t n = 1;
  std::string task = "task", name{}, version{}, parameters = "{}";
  std::vector<std::string> tags{};
  std::uint32_t parent_n = 0, index = 0;
  std::optional<weir::uuid> child{};
  std::uint32_t flow_attempt = 1;  // above 1: the row that an earlier attempt of the flow made, begun again
  bool started = true;
  std::optional<std::int64_t> created{};
  std::string cache_key{};
};

struct state_spec {
  std::uint64_t run = 1;
  std::uint32_t n = 0;
  state_type type = state_type::completed;
  std::string name{}, message{}, failure{};
  std::optional<std::uint32_t> attempt{}, flow_attempt{};  // where it is not the run's latest
  std::int64_t after = 10;                                 // microseconds since the state before
  std::string result{};
};

struct cache_spec {
  std::string key{};
  std::uint64_t run = 1;
  std::uint32_t n = 1;
  std::string task = "task", parts = "{}", result = "j1";
  std::int64_t created = created_at(1), expires = 0;
};

struct line_spec {
  std::uint64_t run = 1;
  std::uint32_t n = 0, seq = 0;
  std::string message = "message";
  weir::log::level level = weir::log::level::info;
  std::optional<std::int64_t> at{};
  std::string logger{};
};

using batch = std::vector<std::byte>;
inline batch operator+(batch a, const batch& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

struct artifact_spec {
  std::string key = "report";
  std::uint64_t number = 1;  // which artifact: an id of its own
  std::uint64_t run = 1;
  std::uint32_t n = 0;
  std::string type = "markdown", description{}, media_type{}, content = "jtext";
  std::int64_t created = created_at(1), updated = 0;  // 0: as it was created
};

/// The id of the artifact of this number.
inline weir::uuid artifact_id(std::uint64_t number) { return id_of(1'000'000 + number); }

/// Remembers each run's states, so that what it says of them is whole, as the engine's facts are.
class facts {
 public:
  facts& flow(const flow_spec& s) {
    weir::flow_fact f;
    f.name = weir::intern(s.name);
    f.version = weir::intern(s.version);
    f.at = s.at;
    put(f, s.description, s.schema);
    return *this;
  }

  facts& flow_run(const flow_run_spec& s) {
    weir::flow_run_fact f;
    describe(f, s, 0, s.flow, begin(s.run, 0, s.created, s.started, 1));
    f.id = id_of(s.run);
    f.session = s.session;
    f.parent_run = s.parent_run;
    f.parent_n = s.parent_n;
    f.ambient = s.ambient;
    put(f, s.name, s.parameters, stories_[{s.run, 0}].history);
    return *this;
  }

  facts& task_run(const task_run_spec& s) {
    weir::task_run_fact f;
    describe(f, s, s.n, s.task, begin(s.run, s.n, s.created, s.started, s.flow_attempt));
    f.parent_n = s.parent_n;
    f.index = s.index;
    put(f, s.name, s.parameters, stories_[{s.run, s.n}].history, s.child ? bytes_of(*s.child) : std::string(),
        s.cache_key);
    return *this;
  }

  facts& enter(const state_spec& s) {
    auto& t = stories_.at({s.run, s.n});
    if (s.attempt) t.attempt = *s.attempt;
    if (s.flow_attempt) t.flow_attempt = *s.flow_attempt;
    t.enter(s.type, t.last + s.after, s.name, s.message);
    weir::update_fact f;
    f.run = s.run;
    f.n = s.n;
    f.attempt = t.attempt;
    f.flow_attempt = t.flow_attempt;
    f.type = s.type;
    f.state_name = weir::intern(s.name);
    f.start_offset = t.start < 0 ? -1 : t.start - t.created;
    f.end_offset = is_final(s.type) ? t.last - t.created : -1;
    f.run_micros = t.run_micros;
    put(f, s.message, t.history, s.failure, s.result);
    return *this;
  }

  facts& cache_entry(const cache_spec& s) {
    weir::cache_fact f;
    f.run = s.run;
    f.n = s.n;
    f.task = weir::intern(s.task);
    f.created = s.created;
    f.expires = s.expires;
    put(f, s.key, s.parts, s.result);
    return *this;
  }

  facts& line(const line_spec& s) {
    weir::log_fact f;
    f.run = s.run;
    f.n = s.n;
    f.seq = s.seq;
    f.level = s.level;
    f.logger = weir::intern(s.logger);
    f.at = s.at.value_or(created_at(s.run) + s.seq);
    put(f, s.message);
    return *this;
  }

  facts& artifact(const artifact_spec& s) {
    weir::artifact_fact f;
    f.run = s.run;
    f.n = s.n;
    f.type = weir::intern(s.type);
    f.created = s.created;
    f.updated = s.updated == 0 ? s.created : s.updated;
    f.bytes = s.content.size() - 1;
    f.id = artifact_id(s.number);
    put(f, s.key, s.description, s.media_type, s.content);
    return *this;
  }

  /// The facts since the last time.
  batch take() { return std::exchange(facts_, {}); }

  /// What is remembered of a run: to go back to, and say something else about it.
  struct story {
    std::int64_t created = 0, last = 0, start = -1, run_micros = 0;
    std::uint32_t attempt = 1, flow_attempt = 1;
    state_type type = state_type::pending;
    std::string history{};

    void enter(state_type next, std::int64_t at, const std::string& name = {}, const std::string& message = {}) {
      if (type == state_type::running) run_micros += at - last;
      weir::core::append_state(
          history, last,
          {next, name.empty() ? std::string(default_name(next)) : name, message, weir::timestamp::from_micros(at)});
      if (next == state_type::running && start < 0) start = at;
      type = next;
      last = at;
    }
  };
  story& story_of(std::uint64_t run, std::uint32_t n = 0) { return stories_.at({run, n}); }

 private:
  const story& begin(std::uint64_t run, std::uint32_t n, std::optional<std::int64_t> created, bool started,
                     std::uint32_t flow_attempt) {
    auto& t = stories_[{run, n}];
    if (flow_attempt == 1) {
      t = {};
      t.created = t.last = created.value_or(created_at(run) + n);
      t.enter(state_type::pending, t.created);
    }
    t.attempt = 1;
    t.flow_attempt = flow_attempt;
    if (started) t.enter(state_type::running, t.last + 1, flow_attempt == 1 ? "" : "Retrying");
    return t;
  }

  template <class Spec>
  static void describe(weir::run_fact& f, const Spec& s, std::uint32_t n, const std::string& name, const story& t) {
    f.run = s.run;
    f.n = n;
    f.name = weir::intern(name);
    f.tags = weir::core::make_tag_set(s.tags);
    f.version = weir::intern(s.version);
    f.attempt = t.attempt;
    f.flow_attempt = t.flow_attempt;
    f.type = t.type;
    f.created = t.created;
    f.start_offset = t.start < 0 ? -1 : t.start - t.created;
    f.run_micros = t.run_micros;
  }

  static std::string bytes_of(const weir::uuid& id) {
    return {reinterpret_cast<const char*>(id.bytes), sizeof id.bytes};
  }

  template <class Fact, class... Text>
  void put(const Fact& f, const Text&... texts) {
    weir::detail::put_fact(facts_, f, texts...);
  }

  batch facts_;
  std::map<std::pair<std::uint64_t, std::uint32_t>, story> stories_;
};

}  // namespace weir_test
