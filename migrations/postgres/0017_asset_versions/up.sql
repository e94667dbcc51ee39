-- What was known of each asset, and since when: an edit before the first posting overwrites the asset itself, and the
-- plan as it was known on a day needs what stood there before. Only ever added to.
CREATE TABLE asset_version (
  asset_code TEXT COLLATE "C" NOT NULL,
  number BIGINT NOT NULL CHECK (number > 0),
  -- The first day it was known, in the facility's zone.
  known_from iso_date NOT NULL,
  recorded_by TEXT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (asset_code, number)
);

CREATE TRIGGER asset_version_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON asset_version
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
