// Sessions of a store file: who writes it, and what becomes of the runs of those who are gone.

#include "core/history.hpp"
#include "core/ids.hpp"
#include "store/sqlite_turn.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>

namespace weir::inline v0::store_detail {
namespace {

std::string boot_id() {
  std::string id;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), id);
  return id;
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

// How many crashed runs are kept for hooks that may want to know of them. Chosen; no data.
constexpr std::size_t most_crashed = 10'000;

}  // namespace

std::uint64_t sqlite_writer::open_session(std::int64_t now) {
  mark_crashed(now);
  turn t(*this);
  statement add(db_.getHandle(), "INSERT INTO session (host, pid, boot_id, started) VALUES (?, ?, ?, ?) RETURNING id",
                path_);
  const auto host = host_name(), boot = boot_id();
  add.text(host).integer(::getpid()).text(boot).integer(now);
  add.step();
  const auto session = static_cast<std::uint64_t>(add.integer_at(0));
  add.run();
  // Before the commit: no other process can see the session without its lock.
  if (!locks_.try_lock(1 + session))
    throw store_error(fmt::format("store {}: the lock of session {} is taken", path_, session), error_code::store_busy);
  try {
    t.commit();
  } catch (...) {
    locks_.unlock(1 + session);  // the next one gets the number again, perhaps in another process
    throw;
  }
  own_sessions_.insert(static_cast<std::int64_t>(session));
  return session;
}

void sqlite_writer::close_session(std::uint64_t session, std::int64_t now) {
  {
    turn t(*this);
    // Nothing of the session runs any more. What looks as if it did ended while the store could not be written.
    crash_runs_of(static_cast<std::int64_t>(session), "it never ended, or its end could not be recorded", now);
    statement end(db_.getHandle(), "UPDATE session SET ended = ? WHERE id = ?", path_);
    end.integer(now).integer(static_cast<std::int64_t>(session));
    end.run();
    t.commit();
  }
  own_sessions_.erase(static_cast<std::int64_t>(session));
  locks_.unlock(1 + session);
  if (own_sessions_.empty()) bring_home();
}

void sqlite_writer::mark_crashed(std::int64_t now) {
  struct dead {
    std::int64_t id;
    std::string message;
  };
  std::vector<dead> found;
  turn t(*this);
  {
    // Also ended ones with runs: a thread may have begun one while its process was ending.
    statement open(
        db_.getHandle(),
        "SELECT id, host, pid FROM session WHERE ended IS NULL UNION ALL "
        "SELECT s.id, s.host, s.pid FROM (flow_run r CROSS JOIN session s ON s.id = r.session) WHERE r.state_type < 5",
        path_);
    while (open.step()) {
      const auto id = open.integer_at(0);
      // A look at a lock does not show those of the same open file: our own sessions are known by name.
      const auto byte = 1 + static_cast<std::uint64_t>(id);
      if (own_sessions_.contains(id) || locks_.held_by_another(byte)) continue;
      if (std::any_of(found.begin(), found.end(), [&](const dead& d) { return d.id == id; })) continue;
      found.push_back(
          {id, fmt::format("the process that ran it is gone (pid {} on {})", open.integer_at(2), open.text_at(1))});
    }
  }
  statement end(db_.getHandle(), "UPDATE session SET ended = ? WHERE id = ?", path_);
  for (const auto& d : found) {
    crash_runs_of(d.id, d.message, now);
    end.integer(now).integer(d.id);
    end.run();
  }
  t.commit();
}

void sqlite_writer::crash_runs_of(std::int64_t session, const std::string& message, std::int64_t now) {
  struct live {
    std::int64_t flow_run, n, created, run_micros;
    state_type type;
    std::string history;
    crashed_run who;
  };
  std::vector<live> runs;
  statement flows(
      db_.getHandle(),
      "SELECT r.key, 0, r.created, r.run_micros, r.state_type, r.history, f.text, r.id FROM flow_run r LEFT JOIN name f ON f.id = r.flow "
      "WHERE r.session = ? AND r.state_type < 5",
      path_);
  // Also those whose flow has ended: a bound thread may outlive it. Few task runs are live, whatever the file holds.
  statement tasks(
      db_.getHandle(),
      "SELECT r.flow_run, r.n, r.created, r.run_micros, r.state_type, r.history, k.text, f.id FROM task_run r "
      "CROSS JOIN flow_run f ON f.key = r.flow_run LEFT JOIN name k ON k.id = r.task WHERE f.session = ? AND r.state_type < 5",
      path_);
  for (auto* s : {&flows, &tasks}) {
    s->integer(session);
    while (s->step()) {
      runs.push_back({s->integer_at(0),
                      s->integer_at(1),
                      s->integer_at(2),
                      s->integer_at(3),
                      static_cast<state_type>(s->integer_at(4)),
                      std::string(s->text_at(5)),
                      {}});
      auto& who = runs.back().who;
      who.called = s->text_at(6);
      std::memcpy(who.id.bytes, s->text_at(7).data(), sizeof who.id.bytes);
      who.kind = runs.back().n == 0 ? run_kind::flow : run_kind::task;
      if (who.kind == run_kind::task) who.id = core::task_run_id(who.id, static_cast<std::uint32_t>(runs.back().n));
    }
  }
  statement mark_flow(
      db_.getHandle(),
      "UPDATE flow_run SET state_type = 7, state_name = NULL, state_message = ?, end_offset = ?, run_micros = ?, history = ? WHERE key = ?",
      path_);
  statement mark_task(
      db_.getHandle(),
      "UPDATE task_run SET state_type = 7, state_name = NULL, state_message = ?, end_offset = ?, run_micros = ?, history = ? WHERE flow_run = ? AND n = ?",
      path_);
  for (auto& r : runs) {
    if (crashed_.size() < most_crashed) crashed_.push_back(std::move(r.who));
    const auto states = core::unpack_history(r.history, r.created);
    const auto last = states.empty() ? r.created : states.back().at.micros();
    const auto at = std::max(now, last + 1);
    if (r.type == state_type::running) r.run_micros += at - last;
    core::append_state(r.history, last, {state_type::crashed, "Crashed", message, timestamp::from_micros(at)});
    auto& mark = r.n == 0 ? mark_flow : mark_task;
    mark.text(message).integer(at - r.created).integer(r.run_micros).blob(r.history).integer(r.flow_run);
    if (r.n != 0) mark.integer(r.n);
    mark.run();
  }
}

}  // namespace weir::inline v0::store_detail
