-- Files of any report that were kept, with what they must hash to. A path holds one content for ever.
CREATE TABLE report_archive (
  id INTEGER PRIMARY KEY,
  -- Which report: payback, amortisation.
  kind TEXT NOT NULL CHECK (kind <> ''),
  -- The day the report looks from.
  as_of TEXT NOT NULL CHECK (as_of IS date(as_of)),
  format TEXT NOT NULL CHECK (format <> ''),
  language TEXT NOT NULL CHECK (language <> ''),
  -- Relative to the data directory.
  path TEXT NOT NULL UNIQUE,
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX report_archive_kind ON report_archive (kind, as_of);

CREATE TRIGGER report_archive_no_update BEFORE UPDATE ON report_archive
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: archived reports never change'); END;
CREATE TRIGGER report_archive_no_delete BEFORE DELETE ON report_archive
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: archived reports never change'); END;
CREATE TRIGGER report_archive_no_replace BEFORE INSERT ON report_archive
WHEN EXISTS (SELECT 1 FROM report_archive WHERE path = NEW.path OR id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_EXISTS: another report is archived at this path'); END;

-- What management knows beside the invoices, a month at a time: hosting no longer bought, heat sold, running costs,
-- revenue from before the first invoice here. A correction is a further revision of the same figure; none is changed.
CREATE TABLE management_figure (
  id INTEGER PRIMARY KEY,
  month TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('earlier-revenue', 'hosting-avoided', 'heat-sold', 'energy', 'maintenance', 'staff', 'other')),
  label TEXT NOT NULL CHECK (label <> ''),
  -- Of earlier revenue only; empty otherwise.
  tenant_code TEXT NOT NULL,
  service TEXT NOT NULL CHECK (service IN ('', 'space', 'power', 'storage', 'other')),
  revision INTEGER NOT NULL CHECK (revision >= 1),
  amount_cents INTEGER NOT NULL,
  -- What the amount was taken from: an energy bill's number, a letter of the heating network.
  source TEXT NOT NULL CHECK (source <> ''),
  -- Why a revision replaces the one before.
  reason TEXT,
  recorded_by TEXT NOT NULL,
  recorded_at INTEGER NOT NULL,
  UNIQUE (month, kind, label, tenant_code, service, revision),
  CHECK ((kind = 'earlier-revenue') = (tenant_code <> '' AND service <> '')),
  CHECK ((kind = 'earlier-revenue') OR (tenant_code = '' AND service = '')),
  CHECK ((revision = 1) = (reason IS NULL))
) STRICT;

CREATE TRIGGER management_figure_follows BEFORE INSERT ON management_figure
WHEN NEW.revision <> 1 + (SELECT COUNT(*) FROM management_figure o
  WHERE o.month = NEW.month AND o.kind = NEW.kind AND o.label = NEW.label AND o.tenant_code = NEW.tenant_code AND o.service = NEW.service)
  OR EXISTS (SELECT 1 FROM management_figure o WHERE o.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_EXISTS: this figure is recorded already; a correction follows its last revision'); END;
CREATE TRIGGER management_figure_no_update BEFORE UPDATE ON management_figure
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: a recorded figure never changes; record a correction'); END;
CREATE TRIGGER management_figure_no_delete BEFORE DELETE ON management_figure
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: a recorded figure never changes; record a correction'); END;

-- The facility book's [payback]: assumptions and references, as one value.
CREATE TABLE payback_terms (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  content TEXT NOT NULL
) STRICT;
