-- The readings again, by meter and UTC day (day = seconds ÷ 86400), packed: what a page about one meter or one tenant
-- reads. Derived from `reading` and `reading_correction` and rebuildable at any time; nothing is billed from it.
CREATE TABLE reading_series (
  meter_id INTEGER NOT NULL,
  day INTEGER NOT NULL,
  samples BLOB NOT NULL,
  PRIMARY KEY (meter_id, day)
) STRICT, WITHOUT ROWID;

-- Days packed before a reading or a correction changed them: read from `reading` until they are packed again.
CREATE TABLE reading_series_stale (
  meter_id INTEGER NOT NULL,
  day INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (meter_id, day)
) STRICT, WITHOUT ROWID;

-- Days before `built_until` are packed. Days before `marked_until` are marked stale by whoever changes them; it is raised
-- in a transaction of its own before a day is packed, so that a change is either packed or marked.
CREATE TABLE reading_series_horizon (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  marked_until INTEGER NOT NULL,
  built_until INTEGER NOT NULL
) STRICT;
INSERT INTO reading_series_horizon (id, marked_until, built_until) VALUES (1, 0, 0);

-- Files of readings sent through the browser, and what became of them.
CREATE TABLE reading_upload (
  id INTEGER PRIMARY KEY,
  file_name TEXT NOT NULL,
  uploaded_by TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  bytes_total INTEGER NOT NULL,
  bytes_read INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed')),
  report TEXT
) STRICT;
