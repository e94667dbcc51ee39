-- What was known of each asset, and since when: an edit before the first posting overwrites the asset itself, and the
-- plan as it was known on a day needs what stood there before. Only ever added to.
CREATE TABLE asset_version (
  asset_code TEXT NOT NULL,
  number INTEGER NOT NULL CHECK (number > 0),
  -- The first day it was known, in the facility's zone.
  known_from TEXT NOT NULL CHECK (known_from IS date(known_from)),
  recorded_by TEXT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (asset_code, number)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER asset_version_not_replaced BEFORE INSERT ON asset_version
WHEN EXISTS (SELECT 1 FROM asset_version WHERE asset_code = NEW.asset_code AND number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_EXISTS: this version of the asset is recorded already'); END;
CREATE TRIGGER asset_version_no_update BEFORE UPDATE ON asset_version
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: what was known of an asset never changes'); END;
CREATE TRIGGER asset_version_no_delete BEFORE DELETE ON asset_version
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: what was known of an asset never changes'); END;
