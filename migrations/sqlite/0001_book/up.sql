-- The facility book. Codes are the keys people write; ids are what rows refer to one another by.
-- Dates are ISO text (YYYY-MM-DD, half-open periods), instants epoch seconds, money cents, `_micro` millionths.

CREATE TABLE facility (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  zone TEXT NOT NULL,
  facility_energy_meters TEXT NOT NULL,
  it_energy_meters TEXT NOT NULL
) STRICT;

CREATE TABLE seller (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  siret TEXT NOT NULL,
  vat_number TEXT NOT NULL,
  email TEXT NOT NULL,
  phone TEXT,
  iban TEXT NOT NULL,
  bic TEXT NOT NULL,
  account_holder TEXT,
  number_prefix TEXT NOT NULL,
  legal TEXT NOT NULL
) STRICT;

CREATE TABLE room (
  id INTEGER PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL
) STRICT;

CREATE TABLE aisle (
  id INTEGER PRIMARY KEY,
  room_id INTEGER NOT NULL REFERENCES room (id),
  position INTEGER NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  UNIQUE (room_id, code)
) STRICT;

CREATE TABLE rack (
  id INTEGER PRIMARY KEY,
  aisle_id INTEGER NOT NULL REFERENCES aisle (id),
  position INTEGER NOT NULL,
  code TEXT NOT NULL UNIQUE,
  height_u INTEGER NOT NULL,
  feed_rated_kw_micro INTEGER NOT NULL
) STRICT;

CREATE TABLE meter (
  id INTEGER PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  register TEXT NOT NULL,
  rack_id INTEGER REFERENCES rack (id),
  feed TEXT CHECK (feed IN ('A', 'B')),
  modulus_micro INTEGER,
  tolerance_seconds INTEGER NOT NULL,
  installed_at INTEGER NOT NULL,
  removed_at INTEGER
) STRICT;

CREATE TABLE meter_reset (
  meter_id INTEGER NOT NULL REFERENCES meter (id),
  position INTEGER NOT NULL,
  at INTEGER NOT NULL,
  final_index_micro INTEGER,
  new_index_micro INTEGER NOT NULL,
  PRIMARY KEY (meter_id, position),
  UNIQUE (meter_id, at)
) STRICT, WITHOUT ROWID;

CREATE TABLE tenant (
  id INTEGER PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  siret TEXT NOT NULL,
  vat_number TEXT,
  payment_term_class TEXT NOT NULL,
  language TEXT NOT NULL,
  internal INTEGER NOT NULL CHECK (internal IN (0, 1)),
  service_code TEXT,
  version INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE tenant_contact (
  tenant_id INTEGER NOT NULL REFERENCES tenant (id),
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  PRIMARY KEY (tenant_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE price_index (
  id INTEGER PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL
) STRICT;

CREATE TABLE price_index_value (
  price_index_id INTEGER NOT NULL REFERENCES price_index (id),
  position INTEGER NOT NULL,
  month TEXT NOT NULL,
  value_micro INTEGER NOT NULL,
  PRIMARY KEY (price_index_id, position),
  UNIQUE (price_index_id, month)
) STRICT, WITHOUT ROWID;

CREATE TABLE tariff (
  id INTEGER PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  unit TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE tariff_version (
  tariff_id INTEGER NOT NULL REFERENCES tariff (id),
  position INTEGER NOT NULL,
  valid_from TEXT NOT NULL CHECK (valid_from IS date(valid_from)),
  price TEXT NOT NULL,
  PRIMARY KEY (tariff_id, position),
  UNIQUE (tariff_id, valid_from)
) STRICT, WITHOUT ROWID;

CREATE TABLE contract (
  id INTEGER PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  tenant_id INTEGER NOT NULL REFERENCES tenant (id),
  title TEXT NOT NULL,
  valid_from TEXT NOT NULL CHECK (valid_from IS date(valid_from)),
  valid_to TEXT CHECK (valid_to IS date(valid_to)),
  signed_on TEXT CHECK (signed_on IS date(signed_on)),
  engagement TEXT,
  market TEXT,
  proration TEXT NOT NULL,
  indexation TEXT,
  version INTEGER NOT NULL DEFAULT 1,
  CHECK (valid_to IS NULL OR valid_from < valid_to)
) STRICT;
CREATE INDEX contract_tenant ON contract (tenant_id);

CREATE TABLE contract_line (
  id INTEGER PRIMARY KEY,
  contract_id INTEGER NOT NULL REFERENCES contract (id),
  position INTEGER NOT NULL,
  code TEXT NOT NULL,
  service TEXT NOT NULL,
  designation_fr TEXT NOT NULL,
  designation_en TEXT NOT NULL,
  valid_from TEXT NOT NULL CHECK (valid_from IS date(valid_from)),
  valid_to TEXT CHECK (valid_to IS date(valid_to)),
  tariff_id INTEGER NOT NULL REFERENCES tariff (id),
  fixed_quantity_micro INTEGER,
  measure TEXT,
  pue TEXT,
  gap_policy TEXT,
  vat TEXT NOT NULL,
  racks TEXT NOT NULL,
  UNIQUE (contract_id, position),
  CHECK (valid_to IS NULL OR valid_from < valid_to),
  -- Either an agreed quantity or a measured one.
  CHECK ((fixed_quantity_micro IS NULL) = (measure IS NOT NULL)),
  CHECK ((measure IS NULL) = (pue IS NULL) AND (measure IS NULL) = (gap_policy IS NULL))
) STRICT;

CREATE TABLE meter_assignment (
  contract_line_id INTEGER NOT NULL REFERENCES contract_line (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  meter_id INTEGER NOT NULL REFERENCES meter (id),
  -- The line's measure, repeated because a meter bills one line at a time per measure.
  measure TEXT NOT NULL,
  valid_from TEXT NOT NULL CHECK (valid_from IS date(valid_from)),
  valid_to TEXT CHECK (valid_to IS date(valid_to)),
  PRIMARY KEY (contract_line_id, position),
  CHECK (valid_to IS NULL OR valid_from < valid_to)
) STRICT, WITHOUT ROWID;
CREATE INDEX meter_assignment_meter ON meter_assignment (meter_id);

CREATE TABLE fixed_asset (
  id INTEGER PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  cost_cents INTEGER NOT NULL,
  account TEXT NOT NULL,
  commissioned_on TEXT NOT NULL CHECK (commissioned_on IS date(commissioned_on)),
  commissioning_evidence TEXT,
  duration_decision TEXT,
  subsidy_cents INTEGER NOT NULL
) STRICT;

CREATE TABLE asset_component (
  asset_id INTEGER NOT NULL REFERENCES fixed_asset (id),
  position INTEGER NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  cost_cents INTEGER NOT NULL,
  residual_value_cents INTEGER NOT NULL,
  duration_years INTEGER NOT NULL,
  method TEXT NOT NULL,
  commissioned_on TEXT CHECK (commissioned_on IS date(commissioned_on)),
  account TEXT,
  PRIMARY KEY (asset_id, position),
  UNIQUE (asset_id, code)
) STRICT, WITHOUT ROWID;

-- Lines with the same code of one contract never overlap.
CREATE TRIGGER contract_line_overlap_insert BEFORE INSERT ON contract_line
WHEN EXISTS (
  SELECT 1 FROM contract_line o
  WHERE o.contract_id = NEW.contract_id AND o.code = NEW.code
    AND (NEW.valid_to IS NULL OR o.valid_from < NEW.valid_to) AND (o.valid_to IS NULL OR NEW.valid_from < o.valid_to))
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_OVERLAP: contract lines with the same code overlap'); END;

CREATE TRIGGER contract_line_overlap_update BEFORE UPDATE ON contract_line
WHEN EXISTS (
  SELECT 1 FROM contract_line o
  WHERE o.contract_id = NEW.contract_id AND o.code = NEW.code AND o.id <> OLD.id
    AND (NEW.valid_to IS NULL OR o.valid_from < NEW.valid_to) AND (o.valid_to IS NULL OR NEW.valid_from < o.valid_to))
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_OVERLAP: contract lines with the same code overlap'); END;

-- A meter bills one line at a time per measure.
CREATE TRIGGER meter_assignment_overlap_insert BEFORE INSERT ON meter_assignment
WHEN EXISTS (
  SELECT 1 FROM meter_assignment o
  WHERE o.meter_id = NEW.meter_id AND o.measure = NEW.measure
    AND (NEW.valid_to IS NULL OR o.valid_from < NEW.valid_to) AND (o.valid_to IS NULL OR NEW.valid_from < o.valid_to))
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_OVERLAP: assignments of the same meter and measure overlap'); END;

CREATE TRIGGER meter_assignment_overlap_update BEFORE UPDATE ON meter_assignment
WHEN EXISTS (
  SELECT 1 FROM meter_assignment o
  WHERE o.meter_id = NEW.meter_id AND o.measure = NEW.measure
    AND (o.contract_line_id, o.position) <> (OLD.contract_line_id, OLD.position)
    AND (NEW.valid_to IS NULL OR o.valid_from < NEW.valid_to) AND (o.valid_to IS NULL OR NEW.valid_from < o.valid_to))
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_OVERLAP: assignments of the same meter and measure overlap'); END;
