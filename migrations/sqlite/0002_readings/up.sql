-- What meters said. The hot table: keyed by time first, so that writing appends and a billing run scans once.
-- No triggers and no foreign keys here: they would cost every insert.
CREATE TABLE reading (
  ts INTEGER NOT NULL,
  meter_id INTEGER NOT NULL,
  value_micro INTEGER NOT NULL,
  source_id INTEGER NOT NULL,
  quality INTEGER NOT NULL,
  PRIMARY KEY (ts, meter_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE reading_source (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

-- A reading is never updated: its current value is that of its latest correction. `old_value_micro` is NULL where the
-- correction supplied a reading that was missing.
CREATE TABLE reading_correction (
  id INTEGER PRIMARY KEY,
  meter_id INTEGER NOT NULL,
  ts INTEGER NOT NULL,
  old_value_micro INTEGER,
  value_micro INTEGER NOT NULL,
  reason TEXT NOT NULL,
  recorded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX reading_correction_key ON reading_correction (ts, meter_id);

-- In which UTC months (year × 12 + month from 0) a meter has readings: bounds the search for a neighbour.
CREATE TABLE meter_month (
  meter_id INTEGER NOT NULL,
  month_index INTEGER NOT NULL,
  PRIMARY KEY (meter_id, month_index)
) STRICT, WITHOUT ROWID;

-- The end of what billing runs have read. Raised in a transaction of its own before a run reads, so that a reading is
-- either seen by the run or marked as a late change.
CREATE TABLE billing_horizon (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  billed_through TEXT NOT NULL,
  billed_until INTEGER NOT NULL
) STRICT;

-- Months whose readings changed after they were billed. `revision` rises with each change.
CREATE TABLE late_change (
  meter_id INTEGER NOT NULL,
  month TEXT NOT NULL,
  revision INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (meter_id, month)
) STRICT, WITHOUT ROWID;

-- Batches sent with an idempotency key, and what was answered.
CREATE TABLE reading_batch (
  idempotency_key TEXT PRIMARY KEY,
  body_sha256 TEXT NOT NULL,
  response TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX reading_batch_created ON reading_batch (created_at);

CREATE TRIGGER reading_correction_no_update BEFORE UPDATE ON reading_correction
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: corrections are history and never change'); END;
CREATE TRIGGER reading_correction_no_delete BEFORE DELETE ON reading_correction
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: corrections are history and never change'); END;
CREATE TRIGGER reading_correction_no_replace BEFORE INSERT ON reading_correction
WHEN EXISTS (SELECT 1 FROM reading_correction WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_EXISTS: a correction with this id exists'); END;
