#include "store/schema.hpp"

#include "store/records.hpp"
#include "store/statement.hpp"

#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <array>

namespace weir::inline v0::store_detail {
namespace {

// Columns carry the names of Prefect's where they mean the same. Times are microseconds: `created` since 1970 in UTC, the
// `*_offset` since `created`. NULL and the integers 0 and 1 take no room beyond a byte of the row's header, so columns that
// are rarely set cost a byte each; the order in which they stand is free.
constexpr const char* first_schema = R"sql(
CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE session (
  id INTEGER PRIMARY KEY AUTOINCREMENT, host TEXT NOT NULL, pid INTEGER NOT NULL, boot_id TEXT NOT NULL,
  started INTEGER NOT NULL, ended INTEGER) STRICT;
CREATE INDEX session_open ON session (id) WHERE ended IS NULL;

CREATE TABLE flow (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, created INTEGER NOT NULL, version TEXT, description TEXT,
  parameter_schema TEXT, tags TEXT) STRICT;

CREATE TABLE flow_run (
  key INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, flow INTEGER REFERENCES name (id), name TEXT NOT NULL,
  session INTEGER NOT NULL, ambient INTEGER NOT NULL, state_type INTEGER NOT NULL, state_name INTEGER, state_message TEXT,
  run_count INTEGER NOT NULL, created INTEGER NOT NULL, start_offset INTEGER, end_offset INTEGER, run_micros INTEGER,
  parameters TEXT, tags INTEGER, version INTEGER, parent INTEGER, parent_n INTEGER, history BLOB, failure TEXT, result BLOB,
  expected_start_time INTEGER, next_scheduled_start_time INTEGER, idempotency_key TEXT, deployment_id BLOB,
  work_queue_id BLOB, auto_scheduled INTEGER, infrastructure_pid TEXT, created_by TEXT, context TEXT, labels TEXT,
  forked_from BLOB) STRICT;
CREATE INDEX flow_run_live ON flow_run (session) WHERE state_type < 5;
CREATE INDEX flow_run_by_flow ON flow_run (flow, key) WHERE ambient = 0;
CREATE INDEX flow_run_by_parent ON flow_run (parent) WHERE parent IS NOT NULL;
CREATE UNIQUE INDEX flow_run_once ON flow_run (flow, idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE TABLE task_run (
  flow_run INTEGER NOT NULL, n INTEGER NOT NULL, task INTEGER NOT NULL, dynamic_key INTEGER NOT NULL, parent_n INTEGER,
  state_type INTEGER NOT NULL, run_count INTEGER NOT NULL, flow_run_run_count INTEGER NOT NULL, created INTEGER NOT NULL,
  start_offset INTEGER, end_offset INTEGER, run_micros INTEGER, parameters TEXT, history BLOB, name TEXT, state_name INTEGER,
  state_message TEXT, tags INTEGER, version INTEGER, child BLOB, failure TEXT, result BLOB, cache_key BLOB,
  cache_expiration INTEGER, expected_start_time INTEGER, PRIMARY KEY (flow_run, n)) STRICT, WITHOUT ROWID;
CREATE INDEX task_run_live ON task_run (flow_run, n) WHERE state_type < 5;

CREATE TABLE log (
  flow_run INTEGER NOT NULL, seq INTEGER NOT NULL, n INTEGER NOT NULL, level INTEGER NOT NULL, created INTEGER NOT NULL,
  message TEXT NOT NULL, logger INTEGER, PRIMARY KEY (flow_run, seq)) STRICT, WITHOUT ROWID;

-- Filled by later versions: which run had which one's result as an input.
CREATE TABLE edge (
  flow_run INTEGER NOT NULL, n INTEGER NOT NULL, from_flow_run INTEGER NOT NULL, from_n INTEGER NOT NULL, kind INTEGER NOT NULL,
  PRIMARY KEY (flow_run, n, from_flow_run, from_n)) STRICT, WITHOUT ROWID;
CREATE TABLE cache_entry (
  cache_key BLOB PRIMARY KEY, task INTEGER NOT NULL, created INTEGER NOT NULL, cache_expiration INTEGER, flow_run INTEGER,
  n INTEGER, parts TEXT NOT NULL, result BLOB) STRICT, WITHOUT ROWID;
CREATE INDEX cache_entry_by_task ON cache_entry (task, created);

-- The newest version of a key is the one with `latest`. `data` is text, of an image a blob; a large one is in the file `data_file`.
CREATE TABLE artifact (
  seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, key TEXT, version INTEGER NOT NULL, latest INTEGER, type INTEGER NOT NULL,
  description TEXT, data ANY, data_file TEXT, media_type TEXT, size INTEGER NOT NULL, created INTEGER NOT NULL,
  updated INTEGER NOT NULL, flow_run INTEGER NOT NULL, n INTEGER NOT NULL) STRICT;
CREATE INDEX artifact_latest ON artifact (latest) WHERE latest = 1;
CREATE INDEX artifact_by_key ON artifact (key);
CREATE INDEX artifact_by_run ON artifact (flow_run);

CREATE VIEW v_flow_run AS
  SELECT lower(substr(hex(r.id), 1, 8) || '-' || substr(hex(r.id), 9, 4) || '-' || substr(hex(r.id), 13, 4) || '-' ||
               substr(hex(r.id), 17, 4) || '-' || substr(hex(r.id), 21)) AS id,
         f.text AS flow_name, r.name AS name,
         CASE r.state_type WHEN 0 THEN 'SCHEDULED' WHEN 1 THEN 'PENDING' WHEN 2 THEN 'RUNNING' WHEN 3 THEN 'PAUSED'
           WHEN 4 THEN 'CANCELLING' WHEN 5 THEN 'COMPLETED' WHEN 6 THEN 'FAILED' WHEN 7 THEN 'CRASHED' ELSE 'CANCELLED' END AS state_type,
         coalesce(s.text, CASE r.state_type WHEN 0 THEN 'Scheduled' WHEN 1 THEN 'Pending' WHEN 2 THEN 'Running' WHEN 3 THEN 'Paused'
           WHEN 4 THEN 'Cancelling' WHEN 5 THEN 'Completed' WHEN 6 THEN 'Failed' WHEN 7 THEN 'Crashed' ELSE 'Cancelled' END) AS state_name,
         r.state_message AS state_message, r.run_count AS run_count,
         strftime('%Y-%m-%dT%H:%M:%S', r.created / 1000000, 'unixepoch') || printf('.%06dZ', r.created % 1000000) AS created,
         strftime('%Y-%m-%dT%H:%M:%S', (r.created + r.start_offset) / 1000000, 'unixepoch') ||
           printf('.%06dZ', (r.created + r.start_offset) % 1000000) AS start_time,
         strftime('%Y-%m-%dT%H:%M:%S', (r.created + r.end_offset) / 1000000, 'unixepoch') ||
           printf('.%06dZ', (r.created + r.end_offset) % 1000000) AS end_time,
         coalesce(r.run_micros, 0) / 1e6 AS total_run_time, r.parameters AS parameters, coalesce(t.text, '[]') AS tags,
         v.text AS flow_version, r.failure AS failure, r.key AS key, r.parent AS parent_key
  FROM flow_run r LEFT JOIN name f ON f.id = r.flow LEFT JOIN name s ON s.id = r.state_name LEFT JOIN name t ON t.id = r.tags
       LEFT JOIN name v ON v.id = r.version
  WHERE r.ambient = 0;

CREATE VIEW v_task_run AS
  SELECT lower(substr(hex(f.id), 1, 8) || '-' || substr(hex(f.id), 9, 4) || '-8' || substr(hex(f.id), 14, 3) || '-' ||
               substr(hex(f.id), 17, 4) || '-' || substr(hex(f.id), 21, 4) || printf('%08x', r.n)) AS id,
         lower(substr(hex(f.id), 1, 8) || '-' || substr(hex(f.id), 9, 4) || '-' || substr(hex(f.id), 13, 4) || '-' ||
               substr(hex(f.id), 17, 4) || '-' || substr(hex(f.id), 21)) AS flow_run_id,
         k.text AS task_key, r.dynamic_key AS dynamic_key, coalesce(r.name, k.text || '-' || r.dynamic_key) AS name,
         CASE r.state_type WHEN 0 THEN 'SCHEDULED' WHEN 1 THEN 'PENDING' WHEN 2 THEN 'RUNNING' WHEN 3 THEN 'PAUSED'
           WHEN 4 THEN 'CANCELLING' WHEN 5 THEN 'COMPLETED' WHEN 6 THEN 'FAILED' WHEN 7 THEN 'CRASHED' ELSE 'CANCELLED' END AS state_type,
         coalesce(s.text, CASE r.state_type WHEN 0 THEN 'Scheduled' WHEN 1 THEN 'Pending' WHEN 2 THEN 'Running' WHEN 3 THEN 'Paused'
           WHEN 4 THEN 'Cancelling' WHEN 5 THEN 'Completed' WHEN 6 THEN 'Failed' WHEN 7 THEN 'Crashed' ELSE 'Cancelled' END) AS state_name,
         r.state_message AS state_message, r.run_count AS run_count, r.flow_run_run_count AS flow_run_run_count,
         strftime('%Y-%m-%dT%H:%M:%S', r.created / 1000000, 'unixepoch') || printf('.%06dZ', r.created % 1000000) AS created,
         strftime('%Y-%m-%dT%H:%M:%S', (r.created + r.start_offset) / 1000000, 'unixepoch') ||
           printf('.%06dZ', (r.created + r.start_offset) % 1000000) AS start_time,
         strftime('%Y-%m-%dT%H:%M:%S', (r.created + r.end_offset) / 1000000, 'unixepoch') ||
           printf('.%06dZ', (r.created + r.end_offset) % 1000000) AS end_time,
         coalesce(r.run_micros, 0) / 1e6 AS total_run_time, r.parameters AS parameters, coalesce(t.text, '[]') AS tags,
         v.text AS task_version, r.failure AS failure, r.flow_run AS flow_run_key, r.n AS n, r.parent_n AS parent_n
  FROM task_run r JOIN flow_run f ON f.key = r.flow_run LEFT JOIN name k ON k.id = r.task LEFT JOIN name s ON s.id = r.state_name
       LEFT JOIN name t ON t.id = r.tags LEFT JOIN name v ON v.id = r.version;

CREATE VIEW v_log AS
  SELECT lower(substr(hex(f.id), 1, 8) || '-' || substr(hex(f.id), 9, 4) || '-' || substr(hex(f.id), 13, 4) || '-' ||
               substr(hex(f.id), 17, 4) || '-' || substr(hex(f.id), 21)) AS flow_run_id,
         CASE l.n WHEN 0 THEN NULL ELSE
           lower(substr(hex(f.id), 1, 8) || '-' || substr(hex(f.id), 9, 4) || '-8' || substr(hex(f.id), 14, 3) || '-' ||
                 substr(hex(f.id), 17, 4) || '-' || substr(hex(f.id), 21, 4) || printf('%08x', l.n)) END AS task_run_id,
         l.level * 10 AS level,
         strftime('%Y-%m-%dT%H:%M:%S', l.created / 1000000, 'unixepoch') || printf('.%06dZ', l.created % 1000000) AS timestamp,
         l.message AS message, g.text AS logger, l.flow_run AS flow_run_key, l.seq AS seq
  FROM log l JOIN flow_run f ON f.key = l.flow_run LEFT JOIN name g ON g.id = l.logger;

CREATE VIEW v_artifact AS
  SELECT lower(substr(hex(a.id), 1, 8) || '-' || substr(hex(a.id), 9, 4) || '-' || substr(hex(a.id), 13, 4) || '-' ||
               substr(hex(a.id), 17, 4) || '-' || substr(hex(a.id), 21)) AS id,
         a.key AS key, a.version AS version, coalesce(a.latest, 0) AS latest, t.text AS type, a.description AS description,
         a.data AS data, a.data_file AS data_file, a.media_type AS media_type, a.size AS size,
         strftime('%Y-%m-%dT%H:%M:%S', a.created / 1000000, 'unixepoch') || printf('.%06dZ', a.created % 1000000) AS created,
         strftime('%Y-%m-%dT%H:%M:%S', a.updated / 1000000, 'unixepoch') || printf('.%06dZ', a.updated % 1000000) AS updated,
         CASE f.ambient WHEN 0 THEN
           lower(substr(hex(f.id), 1, 8) || '-' || substr(hex(f.id), 9, 4) || '-' || substr(hex(f.id), 13, 4) || '-' ||
                 substr(hex(f.id), 17, 4) || '-' || substr(hex(f.id), 21)) END AS flow_run_id,
         CASE a.n WHEN 0 THEN NULL ELSE
           lower(substr(hex(f.id), 1, 8) || '-' || substr(hex(f.id), 9, 4) || '-8' || substr(hex(f.id), 14, 3) || '-' ||
                 substr(hex(f.id), 17, 4) || '-' || substr(hex(f.id), 21, 4) || printf('%08x', a.n)) END AS task_run_id,
         a.seq AS seq
  FROM artifact a JOIN flow_run f ON f.key = a.flow_run LEFT JOIN name t ON t.id = a.type;
)sql";

// Number i + 1 brings a store from version i to i + 1. Forward only; what was released is never changed.
constexpr std::array migrations{first_schema};
static_assert(migrations.size() == schema_version);

}  // namespace

int check_store(SQLite::Database& db, const std::string& path) try {
  // In one statement, so in one look: between two somebody else may make the tables.
  SQLite::Statement look(db,
                         "SELECT (SELECT count(*) FROM sqlite_schema), user_version, application_id FROM "
                         "pragma_user_version, pragma_application_id");
  look.executeStep();
  const bool empty = look.getColumn(0).getInt() == 0;
  const int version = look.getColumn(1).getInt(), id = look.getColumn(2).getInt();
  if (empty && id == 0 && version == 0) return 0;
  if (id != application_id)
    throw store_error(
        fmt::format("cannot open the store {}: it is an SQLite file of another program; name another file", path),
        error_code::store_not_a_store);
  if (version > schema_version)
    throw store_error(
        fmt::format(
            "cannot open the store {}: it was written by a later version of weir (its schema is {}, this library knows up to {}); "
            "update this program, or name another file",
            path, version, schema_version),
        error_code::store_too_new);
  if (version < 1)
    throw store_error(
        fmt::format("cannot open the store {}: it has lost its version, so it is damaged; restore a copy", path),
        error_code::store_not_a_store);
  return version;
} catch (const SQLite::Exception&) {
  fail(db.getHandle(), "open", path);
}

void migrate(SQLite::Database& db, const std::string& path) try {
  if (check_store(db, path) == schema_version) return;
  db.exec("BEGIN IMMEDIATE");
  try {
    // Somebody else may have done it between our look and our turn.
    for (int version = check_store(db, path); version < schema_version; ++version) {
      db.exec(migrations[static_cast<std::size_t>(version)]);
      db.exec(fmt::format("PRAGMA user_version = {}", version + 1));
    }
    db.exec(fmt::format("PRAGMA application_id = {}", application_id));
    db.exec("COMMIT");
  } catch (const SQLite::Exception&) {
    // The message belongs to what failed: read it before the rollback replaces it.
    struct at_exit {
      SQLite::Database& db;
      ~at_exit() { db.tryExec("ROLLBACK"); }
    } roll_back_later{db};
    fail(db.getHandle(), "migrate", path);
  }
} catch (const SQLite::Exception&) {
  fail(db.getHandle(), "migrate", path);
}

// Numbers from statfs(2). SQLite's write-ahead log needs memory shared between processes, which these do not give.
std::string file_system_problem(long magic) {
  struct kind {
    unsigned long magic;
    const char* name;
  };
  constexpr kind kinds[] = {{0x6969, "NFS"},      {0x517b, "SMB"},        {0xff534d42, "CIFS"},  {0xfe534d42, "SMB2"},
                            {0x01021997, "9P"},   {0x5346414f, "AFS"},    {0x00c36400, "Ceph"},  {0x0bd00bd0, "Lustre"},
                            {0x47504653, "GPFS"}, {0x19830326, "BeeGFS"}, {0x013111a8, "IBRIX"}, {0x73757245, "Coda"}};
  for (const auto& k : kinds)
    if (static_cast<unsigned long>(magic) % (1ul << 32) == k.magic)
      return fmt::format("it is on a network file system ({})", k.name);
  return {};
}

}  // namespace weir::inline v0::store_detail
