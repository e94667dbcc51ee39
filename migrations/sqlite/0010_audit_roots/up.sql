-- Signed states of the trail: each covers the first `size` events.
CREATE TABLE audit_root (
  size INTEGER PRIMARY KEY,
  day TEXT NOT NULL CHECK (day IS date(day)),
  signed_at INTEGER NOT NULL,
  head TEXT NOT NULL,
  root TEXT NOT NULL,
  previous TEXT NOT NULL,
  public_key TEXT NOT NULL,
  signature TEXT NOT NULL,
  -- Up to which event the arrivals of readings were looked at when days were sealed.
  looked_through INTEGER NOT NULL
) STRICT;

-- Days of readings (UTC) and the digests of their meters, as of the event that sealed them; a day is sealed again
-- after late readings.
CREATE TABLE sealed_day (
  day TEXT NOT NULL CHECK (day IS date(day)),
  sequence INTEGER NOT NULL,
  root TEXT NOT NULL,
  digests TEXT NOT NULL,
  PRIMARY KEY (day, sequence)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER audit_root_grows BEFORE INSERT ON audit_root
WHEN NEW.size <= (SELECT COALESCE(MAX(size), 0) FROM audit_root)
  OR NEW.size > (SELECT COALESCE(MAX(sequence), 0) FROM audit_event)
  OR NEW.head <> (SELECT hash FROM audit_event WHERE sequence = NEW.size)
  OR NEW.previous <> COALESCE((SELECT root FROM audit_root ORDER BY size DESC LIMIT 1),
    '0000000000000000000000000000000000000000000000000000000000000000')
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_CHAIN: a signed root covers more of the trail than the last one and names it'); END;
CREATE TRIGGER audit_root_no_update BEFORE UPDATE ON audit_root
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: a signed root never changes'); END;
CREATE TRIGGER audit_root_no_delete BEFORE DELETE ON audit_root
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: a signed root never changes'); END;

CREATE TRIGGER sealed_day_not_replaced BEFORE INSERT ON sealed_day
WHEN EXISTS (SELECT 1 FROM sealed_day WHERE day = NEW.day AND sequence = NEW.sequence)
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_EXISTS: this seal exists already'); END;
CREATE TRIGGER sealed_day_no_update BEFORE UPDATE ON sealed_day
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: a seal never changes'); END;
CREATE TRIGGER sealed_day_no_delete BEFORE DELETE ON sealed_day
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: a seal never changes'); END;
