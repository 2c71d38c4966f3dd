// Random batches into every kind of store at once: whatever is asked, all must answer alike.
//
// WEIR_TEST_SEED=17 runs one seed; each failure prints its own.

#include "contract/store_contract.hpp"

#include <cstdlib>

using namespace weir_test;

namespace {

/// Random, and the same for a seed on every machine.
class dice {
 public:
  explicit dice(std::uint64_t seed) : random_(seed) {}
  std::uint32_t below(std::uint64_t n) { return static_cast<std::uint32_t>(random_.next() % n); }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  template <class T>
  const T& any_of(const std::vector<T>& list) {
    return list[below(list.size())];
  }

 private:
  weir::core::random_source random_;
};

const std::vector<std::string> words{"load",
                                     "save",
                                     "x",
                                     "",
                                     "fit {m}",
                                     "Gr\xc3\xbc\xc3\x9f"
                                     "e",
                                     "\xff\x01"};
const std::vector<std::string> tag_words{"io", "night", "slow", "1"};
const std::vector<state_type> types{state_type::scheduled, state_type::pending,    state_type::running,
                                    state_type::paused,    state_type::cancelling, state_type::completed,
                                    state_type::failed,    state_type::crashed,    state_type::cancelled};

/// Makes up what a process with many flows could tell its store, some of it late, twice or in vain.
class storyteller {
 public:
  explicit storyteller(std::uint64_t seed) : dice_(seed) {}

  batch next() {
    if (!told_.empty() && dice_.one_in(12)) return dice_.any_of(told_);  // said again, perhaps long after
    if (runs_ > 0 && dice_.one_in(12)) {  // under a number that may be taken: never beside lines that are in order
      const auto run = some_run();
      facts_.line({.run = run, .seq = dice_.below(lines_[run] + 3), .message = "from elsewhere " + word()});
      return facts_.take();
    }
    for (auto n = 1 + dice_.below(30); n > 0; --n) tell();
    auto news = facts_.take();
    if (!told_.empty() && dice_.one_in(6)) news = told_.back() + news;  // together with what came before
    told_.push_back(std::move(news));
    return told_.back();
  }

  weir::uuid some_id() { return id_of(1 + dice_.below(runs_ + 1), dice_.below(5)); }
  dice& rolls() { return dice_; }

 private:
  using key = std::pair<std::uint64_t, std::uint32_t>;

  std::string word() { return dice_.any_of(words); }
  std::vector<std::string> some_tags() {
    std::vector<std::string> out;
    for (auto n = dice_.below(3); n > 0; --n) out.push_back(dice_.any_of(tag_words));
    return out;
  }
  std::uint64_t some_run() { return 1 + dice_.below(runs_); }

  void tell() {
    const auto what = dice_.below(20);
    if (runs_ == 0 || what < 3) return tell_flow_run();
    if (what < 8) return tell_task_run();
    if (what < 10) return tell_line();
    if (what < 11) return tell_again();
    if (what < 12) return tell_late();
    if (dice_.one_in(8)) return tell_artifact();
    if (dice_.one_in(30)) facts_.line({.run = 1'000'000});  // of a run that nobody created
    if (what < 13) {
      facts_.flow({.name = "f" + word(), .version = word(), .description = word(), .at = created_at(runs_)});
      return;
    }
    tell_state();
  }

  void tell_flow_run() {
    flow_run_spec s{.run = ++runs_, .flow = "f" + word(), .name = word(), .version = word(), .parameters = word()};
    s.tags = some_tags();
    s.started = !dice_.one_in(4);
    if (dice_.one_in(8)) s.ambient = true, s.flow = "";
    if (runs_ > 1 && dice_.one_in(3)) {
      s.parent_run = 1 + dice_.below(runs_ - 1);
      s.parent_n = 1 + dice_.below(3);
    }
    facts_.flow_run(s);
    known_.push_back({s.run, 0});
  }

  void tell_task_run() {
    const auto run = some_run();
    const auto n = ++tasks_[run];
    task_run_spec s{.run = run, .n = n, .task = "t" + word(), .name = word(), .version = word(), .parameters = word()};
    s.tags = some_tags();
    s.started = !dice_.one_in(5);
    s.index = dice_.below(3);
    if (dice_.one_in(3)) s.parent_n = dice_.below(n);
    if (dice_.one_in(6)) s.child = id_of(some_run());
    facts_.task_run(s);
    known_.push_back({run, n});
    specs_[{run, n}] = s;
  }

  void tell_state() {
    const auto [run, n] = dice_.any_of(known_);
    auto& story = facts_.story_of(run, n);
    earlier_.push_back({{run, n}, story});
    state_spec s{
        .run = run, .n = n, .type = dice_.any_of(types), .message = word(), .after = 1 + dice_.below(5'000'000)};
    if (dice_.one_in(3)) s.name = word();
    if (dice_.one_in(3)) s.failure = R"({"type":"e","message":")" + std::to_string(run) + R"(","attempt":2})";
    if (dice_.one_in(3)) s.attempt = story.attempt + 1;
    facts_.enter(s);
  }

  // The next attempt of a flow begins a task run again.
  void tell_again() {
    if (specs_.empty()) return;
    auto s = std::next(specs_.begin(), dice_.below(specs_.size()))->second;
    auto& story = facts_.story_of(s.run, s.n);
    earlier_.push_back({{s.run, s.n}, story});
    s.flow_attempt = story.flow_attempt + 1;
    s.started = true;
    s.parameters = word();
    facts_.task_run(s);
  }

  // A new one, or what has become of one, which may be older than what is known.
  void tell_artifact() {
    artifact_spec s{.key = word(), .number = 1 + dice_.below(20), .run = some_run(), .n = dice_.below(3)};
    s.type = dice_.any_of(words);
    s.description = word();
    if (dice_.one_in(3)) s.media_type = "image/png";
    s.content = (dice_.one_in(4) ? "f" : "j") + word();
    s.created = created_at(dice_.below(20));
    s.updated = s.created + dice_.below(3);
    facts_.artifact(s);
  }

  // Something that was true before what has been told since.
  void tell_late() {
    if (earlier_.empty()) return;
    const auto [k, before] = dice_.any_of(earlier_);
    auto& story = facts_.story_of(k.first, k.second);
    const auto now = story;
    story = before;
    if (std::pair(before.flow_attempt, before.attempt) < std::pair(now.flow_attempt, now.attempt))
      facts_.enter({.run = k.first, .n = k.second, .type = dice_.any_of(types), .message = "late"});
    story = now;
  }

  void tell_line() {
    const auto run = some_run();
    line_spec s{.run = run, .n = dice_.below(tasks_[run] + 2), .seq = lines_[run]++, .message = word()};
    s.level = static_cast<weir::log::level>(1 + dice_.below(4));
    s.at = created_at(run) + dice_.below(10);
    if (dice_.one_in(3)) s.logger = word();
    facts_.line(s);
  }

  dice dice_;
  facts facts_;
  std::uint64_t runs_ = 0;
  std::map<std::uint64_t, std::uint32_t> tasks_, lines_;
  std::map<key, task_run_spec> specs_;
  std::vector<key> known_;
  std::vector<std::pair<key, facts::story>> earlier_;
  std::vector<batch> told_;
};

/// A value in one of three cases.
template <class T>
void perhaps(dice& d, std::optional<T>& field, T value) {
  if (d.one_in(3)) field = std::move(value);
}
template <class T>
void some_of(dice& d, std::vector<T>& field, const std::vector<T>& from) {
  if (d.one_in(3))
    for (auto n = 1 + d.below(3); n > 0; --n) field.push_back(d.any_of(from));
}

template <class Filter>
Filter some_filter(storyteller& s) {
  auto& d = s.rolls();
  Filter f;
  const auto time = [&] { return weir::timestamp::from_micros(created_at(d.below(20)) + d.below(10)); };
  if constexpr (std::is_same_v<Filter, weir::log_filter>) {
    perhaps(d, f.flow_run, s.some_id());
    if (d.one_in(3)) perhaps(d, f.task_run, s.some_id());
    perhaps(d, f.min_level, static_cast<weir::log::level>(1 + d.below(4)));
    perhaps(d, f.contains, d.any_of(words).substr(0, 2));
    perhaps(d, f.after, time());
    perhaps(d, f.before, time());
  } else if constexpr (std::is_same_v<Filter, weir::artifact_filter>) {
    if (d.one_in(4)) perhaps(d, f.id, artifact_id(1 + d.below(20)));
    perhaps(d, f.key, d.any_of(words));
    perhaps(d, f.type, d.any_of(words));
    perhaps(d, f.flow_run, s.some_id());
    if (d.one_in(3)) perhaps(d, f.task_run, s.some_id());
    perhaps(d, f.created_after, time());
    perhaps(d, f.created_before, time());
    f.latest_only = d.one_in(3);
    f.with_data = !d.one_in(3);
  } else {
    if (d.one_in(4)) perhaps(d, f.id, s.some_id());
    if constexpr (std::is_same_v<Filter, weir::flow_run_filter>) {
      perhaps(d, f.id_from, s.some_id());
      perhaps(d, f.id_to, s.some_id());
      perhaps(d, f.flow, "f" + d.any_of(words));
    } else {
      perhaps(d, f.flow_run, s.some_id());
      perhaps(d, f.task, "t" + d.any_of(words));
    }
    perhaps(d, f.name, d.any_of(words));
    some_of(d, f.states, types);
    some_of(d, f.tags, tag_words);
    if (d.one_in(3)) perhaps(d, f.parent, s.some_id());
    perhaps(d, f.started_after, time());
    perhaps(d, f.started_before, time());
  }
  f.limit = 1 + d.below(7);
  return f;
}

/// All pages of a query, as text.
template <class Filter>
std::string answer(const weir::store_port& port, Filter f) {
  std::string out;
  do {
    if constexpr (std::is_same_v<Filter, weir::log_filter>) {
      const auto page = port.logs(f);
      out += shown_all(page) + "--\n";
      f.cursor = page.next_cursor;
    } else if constexpr (std::is_same_v<Filter, weir::task_run_filter>) {
      const auto page = port.task_runs(f);
      out += shown_all(page) + fmt::format("-- {}\n", port.count_task_runs(f));
      f.cursor = page.next_cursor;
    } else if constexpr (std::is_same_v<Filter, weir::artifact_filter>) {
      const auto page = port.artifacts(f);
      out += shown_all(page) + fmt::format("-- {}\n", port.count_artifacts(f));
      f.cursor = page.next_cursor;
    } else {
      const auto page = port.flow_runs(f);
      out += shown_all(page) + fmt::format("-- {}\n", port.count_flow_runs(f));
      f.cursor = page.next_cursor;
    }
  } while (!f.cursor.empty());
  return out;
}

void compare(std::uint64_t seed) {
  CAPTURE(seed);
  in_memory memory;
  in_a_file file;
  storyteller s(seed);
  for (int round = 0; round < 25; ++round) {
    CAPTURE(round);
    const auto told = s.next();
    memory.port->apply(told, weir::durability::relaxed);
    file.port->apply(told, weir::durability::relaxed);
    if (s.rolls().one_in(5)) {
      // What a store knows is the same after a batch is said again.
      const auto before = shown_all(*memory.port);
      memory.port->apply(told, weir::durability::relaxed);
      file.port->apply(told, weir::durability::relaxed);
      REQUIRE(difference(shown_all(*memory.port), before) == "");
    }
    REQUIRE(difference(shown_all(*file.port), shown_all(*memory.port)) == "");
  }
  for (int i = 0; i < 30; ++i) {
    CAPTURE(i);
    const auto runs = some_filter<weir::flow_run_filter>(s);
    REQUIRE(difference(answer(*file.port, runs), answer(*memory.port, runs)) == "");
    const auto tasks = some_filter<weir::task_run_filter>(s);
    REQUIRE(difference(answer(*file.port, tasks), answer(*memory.port, tasks)) == "");
    const auto lines = some_filter<weir::log_filter>(s);
    REQUIRE(difference(answer(*file.port, lines), answer(*memory.port, lines)) == "");
    const auto artifacts = some_filter<weir::artifact_filter>(s);
    REQUIRE(difference(answer(*file.port, artifacts), answer(*memory.port, artifacts)) == "");
  }
  REQUIRE((file.port->lost_facts() == 0) == (memory.port->lost_facts() == 0));
}

}  // namespace

TEST_CASE("stores that were told the same answer alike", "[contract][random]") {
  if (const char* seed = std::getenv("WEIR_TEST_SEED")) return compare(std::strtoull(seed, nullptr, 10));
  for (std::uint64_t seed = 1; seed <= 20; ++seed) compare(seed);
}
