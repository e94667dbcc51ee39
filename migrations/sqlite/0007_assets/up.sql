-- What public accounting keeps of an asset, and what happens to it. Events and files are only ever added.
ALTER TABLE fixed_asset ADD COLUMN record TEXT NOT NULL DEFAULT '{}';
-- Absent where the asset is built first. SQLite cannot take a NOT NULL away: the column is made anew.
ALTER TABLE fixed_asset ADD COLUMN in_service_on TEXT CHECK (in_service_on IS date(in_service_on));
UPDATE fixed_asset SET in_service_on = commissioned_on;
ALTER TABLE fixed_asset DROP COLUMN commissioned_on;
ALTER TABLE fixed_asset RENAME COLUMN in_service_on TO commissioned_on;
ALTER TABLE asset_component ADD COLUMN duration_decision TEXT;

CREATE TABLE asset_event (
  asset_id INTEGER NOT NULL REFERENCES fixed_asset (id),
  number INTEGER NOT NULL CHECK (number > 0),
  effective_on TEXT NOT NULL CHECK (effective_on IS date(effective_on)),
  recorded_on TEXT NOT NULL CHECK (recorded_on IS date(recorded_on)),
  recorded_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  decision TEXT,
  kind TEXT NOT NULL,
  change TEXT NOT NULL,
  PRIMARY KEY (asset_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE asset_file (
  asset_id INTEGER NOT NULL REFERENCES fixed_asset (id),
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  name TEXT NOT NULL,
  path TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  attached_by TEXT NOT NULL,
  attached_at INTEGER NOT NULL,
  PRIMARY KEY (asset_id, sha256)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER asset_event_not_replaced BEFORE INSERT ON asset_event
WHEN EXISTS (SELECT 1 FROM asset_event WHERE asset_id = NEW.asset_id AND number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_EXISTS: this event of the asset is recorded already'); END;
CREATE TRIGGER asset_event_no_update BEFORE UPDATE ON asset_event
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: a recorded event of an asset never changes'); END;
CREATE TRIGGER asset_event_no_delete BEFORE DELETE ON asset_event
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: a recorded event of an asset never changes'); END;
CREATE TRIGGER asset_file_not_replaced BEFORE INSERT ON asset_file
WHEN EXISTS (SELECT 1 FROM asset_file WHERE asset_id = NEW.asset_id AND sha256 = NEW.sha256)
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_EXISTS: this file is attached to the asset already'); END;
CREATE TRIGGER asset_file_no_update BEFORE UPDATE ON asset_file
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: an attached file never changes'); END;
CREATE TRIGGER asset_file_no_delete BEFORE DELETE ON asset_file
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: an attached file never changes'); END;
-- Numbers follow one another: nothing can be slipped in between.
CREATE TRIGGER asset_event_follows BEFORE INSERT ON asset_event
WHEN NEW.number <> (SELECT COALESCE(MAX(number), 0) + 1 FROM asset_event WHERE asset_id = NEW.asset_id)
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_ORDER: an event of an asset follows the one before it'); END;
