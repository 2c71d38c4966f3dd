#include "store/write_statements.hpp"

namespace weir::inline v0::store_detail {

write_statements::write_statements(sqlite3* db, const std::string& path)
    : begin(db, "BEGIN IMMEDIATE", path), commit(db, "COMMIT", path),
      find_name(db, "SELECT id FROM name WHERE text = ?", path),
      add_name(db, "INSERT INTO name (text) VALUES (?) RETURNING id", path),
      flow(
          db,
          "INSERT INTO flow (name, created, version, description, parameter_schema) VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
          "version = excluded.version, description = excluded.description, parameter_schema = excluded.parameter_schema",
          path),
      flow_run(
          db,
          "INSERT INTO flow_run (id, flow, name, session, ambient, state_type, state_name, state_message, run_count, created, start_offset, "
          "end_offset, run_micros, parameters, tags, version, parent, parent_n, history, failure, result) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, "
          "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET state_type = state_type RETURNING key",
          path),
      update_flow_run(
          db,
          "UPDATE flow_run SET state_type = ?1, state_name = ?2, state_message = ?3, run_count = ?4, start_offset = ?5, end_offset = ?6, "
          "run_micros = ?7, history = ?8, failure = ?9, result = ?10 WHERE key = ?11 AND (run_count < ?4 OR (run_count = ?4 AND state_type <> 7 AND "
          "length(history) <= length(?8)))",
          path),
      task_run(
          db,
          "INSERT INTO task_run (flow_run, n, task, dynamic_key, parent_n, state_type, run_count, flow_run_run_count, created, start_offset, "
          "end_offset, run_micros, parameters, history, name, state_name, state_message, tags, version, child, failure, result, cache_key) VALUES (?, ?, "
          "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (flow_run, n) DO UPDATE SET state_type = excluded.state_type, run_count = "
          "excluded.run_count, flow_run_run_count = excluded.flow_run_run_count, start_offset = excluded.start_offset, end_offset = "
          "excluded.end_offset, run_micros = excluded.run_micros, parameters = excluded.parameters, history = excluded.history, name = "
          "excluded.name, state_name = excluded.state_name, state_message = excluded.state_message, tags = excluded.tags, version = "
          "excluded.version, child = excluded.child, failure = excluded.failure, result = excluded.result, cache_key = excluded.cache_key WHERE (flow_run_run_count, run_count) < "
          "(excluded.flow_run_run_count, excluded.run_count) OR ((flow_run_run_count, run_count) = (excluded.flow_run_run_count, "
          "excluded.run_count) AND state_type <> 7 AND length(history) <= length(excluded.history))",
          path),
      update_task_run(
          db,
          "UPDATE task_run SET state_type = ?1, state_name = ?2, state_message = ?3, run_count = ?4, start_offset = ?5, end_offset = ?6, "
          "run_micros = ?7, history = ?8, failure = ?9, result = ?10, flow_run_run_count = ?11 WHERE flow_run = ?12 AND n = ?13 AND "
          "((flow_run_run_count, run_count) < (?11, ?4) OR ((flow_run_run_count, run_count) = (?11, ?4) AND state_type <> 7 AND "
          "length(history) <= length(?8)))",
          path),
      line(
          db,
          "INSERT INTO log (flow_run, seq, n, level, created, message, logger) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
          path),
      late_line(
          db,
          "INSERT INTO log (flow_run, seq, n, level, created, message, logger) SELECT ?1, (SELECT max(seq) + 1 FROM log WHERE flow_run = ?1), ?3, ?4, "
          "?5, ?6, ?7 WHERE NOT EXISTS (SELECT 1 FROM log WHERE flow_run = ?1 AND seq >= ?2 AND n = ?3 AND level = ?4 AND created = ?5 AND "
          "message = ?6 AND logger IS ?7)",
          path),
      cache_entry(
          db,
          "INSERT INTO cache_entry (cache_key, task, created, cache_expiration, flow_run, n, parts, result) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
          "ON CONFLICT (cache_key) DO UPDATE SET task = excluded.task, created = excluded.created, cache_expiration = "
          "excluded.cache_expiration, flow_run = excluded.flow_run, n = excluded.n, parts = excluded.parts, result = excluded.result WHERE "
          "excluded.result IS NOT NULL OR result IS NULL",
          path),
      find_artifact(db, "SELECT updated FROM artifact WHERE id = ?", path),
      change_artifact(
          db,
          "UPDATE artifact SET description = ?, data = ?, data_file = ?, media_type = ?, size = ?, updated = ? WHERE id = ?",
          path),
      supersede_artifact(
          db,
          "UPDATE artifact SET latest = NULL WHERE seq = (SELECT max(seq) FROM artifact WHERE key = ?) RETURNING version",
          path),
      artifact(
          db,
          "INSERT INTO artifact (description, data, data_file, media_type, size, updated, id, created, type, key, version, latest, "
          "flow_run, n) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          path) {}

}  // namespace weir::inline v0::store_detail
