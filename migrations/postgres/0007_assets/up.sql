-- What public accounting keeps of an asset, and what happens to it. Events and files are only ever added.
ALTER TABLE fixed_asset ADD COLUMN record TEXT NOT NULL DEFAULT '{}';
-- Absent where the asset is built first.
ALTER TABLE fixed_asset ALTER COLUMN commissioned_on DROP NOT NULL;
ALTER TABLE asset_component ADD COLUMN duration_decision TEXT;

CREATE TABLE asset_event (
  asset_id BIGINT NOT NULL REFERENCES fixed_asset (id),
  number BIGINT NOT NULL CHECK (number > 0),
  effective_on iso_date NOT NULL,
  recorded_on iso_date NOT NULL,
  recorded_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  decision TEXT,
  kind TEXT NOT NULL,
  change TEXT NOT NULL,
  PRIMARY KEY (asset_id, number)
);

CREATE TABLE asset_file (
  asset_id BIGINT NOT NULL REFERENCES fixed_asset (id),
  sha256 TEXT COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
  name TEXT NOT NULL,
  path TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  attached_by TEXT NOT NULL,
  attached_at BIGINT NOT NULL,
  PRIMARY KEY (asset_id, sha256)
);

CREATE TRIGGER asset_event_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON asset_event
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER asset_file_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON asset_file
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Numbers follow one another: nothing can be slipped in between.
CREATE FUNCTION asset_event_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM fixed_asset WHERE id = NEW.asset_id FOR UPDATE;
  IF NEW.number <> (SELECT COALESCE(MAX(number), 0) + 1 FROM asset_event WHERE asset_id = NEW.asset_id) THEN
    RAISE EXCEPTION 'CHAPELLE_ORDER: an event of an asset follows the one before it';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER asset_event_follows BEFORE INSERT ON asset_event
FOR EACH ROW EXECUTE FUNCTION asset_event_follows();
