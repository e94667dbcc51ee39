-- Signed states of the trail: each covers the first `size` events.
CREATE TABLE audit_root (
  size BIGINT PRIMARY KEY,
  day TEXT NOT NULL,
  signed_at BIGINT NOT NULL,
  head TEXT NOT NULL,
  root TEXT NOT NULL,
  previous TEXT NOT NULL,
  public_key TEXT NOT NULL,
  signature TEXT NOT NULL,
  -- Up to which event the arrivals of readings were looked at when days were sealed.
  looked_through BIGINT NOT NULL
);

-- Days of readings (UTC) and the digests of their meters, as of the event that sealed them; a day is sealed again
-- after late readings.
CREATE TABLE sealed_day (
  day TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  root TEXT NOT NULL,
  digests TEXT NOT NULL,
  PRIMARY KEY (day, sequence)
);

CREATE FUNCTION audit_root_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.size <= (SELECT COALESCE(MAX(size), 0) FROM audit_root)
     OR NEW.size > (SELECT COALESCE(MAX(sequence), 0) FROM audit_event)
     OR NEW.head <> (SELECT hash FROM audit_event WHERE sequence = NEW.size)
     OR NEW.previous <> COALESCE((SELECT root FROM audit_root ORDER BY size DESC LIMIT 1), repeat('0', 64)) THEN
    RAISE EXCEPTION 'CHAPELLE_CHAIN: a signed root covers more of the trail than the last one and names it';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_root_grows BEFORE INSERT ON audit_root
FOR EACH ROW EXECUTE FUNCTION audit_root_grows();
CREATE TRIGGER audit_root_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_root
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sealed_day_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON sealed_day
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
