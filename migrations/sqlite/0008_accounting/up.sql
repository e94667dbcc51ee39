-- What turns a journal into books: the body's chart, numbers in order of posting, periods that close, payments, and
-- which lines settle one another.
CREATE TABLE accounting (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  chart TEXT NOT NULL,
  accounts TEXT NOT NULL,
  names TEXT NOT NULL,
  reference_rates TEXT NOT NULL
) STRICT;

-- The last number given in a series of a year. Opening and closing entries have series of their own: opening entries
-- stand first in the year's books however late they are posted.
CREATE TABLE entry_series (
  fiscal_year INTEGER NOT NULL,
  series TEXT NOT NULL CHECK (series IN ('', 'AN', 'CL')),
  last INTEGER NOT NULL,
  PRIMARY KEY (fiscal_year, series)
) STRICT, WITHOUT ROWID;

-- The number of each entry, given by the database itself when the entry is posted.
CREATE TABLE entry_number (
  entry_id INTEGER PRIMARY KEY REFERENCES journal_entry (id),
  fiscal_year INTEGER NOT NULL,
  series TEXT NOT NULL,
  number INTEGER NOT NULL,
  UNIQUE (fiscal_year, series, number)
) STRICT;

INSERT INTO entry_number (entry_id, fiscal_year, series, number)
SELECT id, CAST(substr(entry_date, 1, 4) AS INTEGER), CASE WHEN journal IN ('AN', 'CL') THEN journal ELSE '' END,
  ROW_NUMBER() OVER (
    PARTITION BY substr(entry_date, 1, 4), CASE WHEN journal IN ('AN', 'CL') THEN journal ELSE '' END ORDER BY id)
FROM journal_entry;
INSERT INTO entry_series (fiscal_year, series, last)
SELECT fiscal_year, series, MAX(number) FROM entry_number GROUP BY fiscal_year, series;

CREATE TRIGGER journal_entry_numbered AFTER INSERT ON journal_entry
BEGIN
  INSERT INTO entry_series (fiscal_year, series, last)
  SELECT CAST(substr(NEW.entry_date, 1, 4) AS INTEGER), CASE WHEN NEW.journal IN ('AN', 'CL') THEN NEW.journal ELSE '' END, 0
  WHERE NOT EXISTS (
    SELECT 1 FROM entry_series WHERE fiscal_year = CAST(substr(NEW.entry_date, 1, 4) AS INTEGER)
      AND series = CASE WHEN NEW.journal IN ('AN', 'CL') THEN NEW.journal ELSE '' END);
  UPDATE entry_series SET last = last + 1
  WHERE fiscal_year = CAST(substr(NEW.entry_date, 1, 4) AS INTEGER)
    AND series = CASE WHEN NEW.journal IN ('AN', 'CL') THEN NEW.journal ELSE '' END;
  INSERT INTO entry_number (entry_id, fiscal_year, series, number)
  SELECT NEW.id, fiscal_year, series, last FROM entry_series
  WHERE fiscal_year = CAST(substr(NEW.entry_date, 1, 4) AS INTEGER)
    AND series = CASE WHEN NEW.journal IN ('AN', 'CL') THEN NEW.journal ELSE '' END;
END;

CREATE TRIGGER entry_series_begins BEFORE INSERT ON entry_series
WHEN NEW.last <> 0 OR EXISTS (SELECT 1 FROM entry_series WHERE fiscal_year = NEW.fiscal_year AND series = NEW.series)
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_SERIES: entry numbers of a year begin once'); END;
CREATE TRIGGER entry_series_step BEFORE UPDATE ON entry_series
WHEN NEW.last <> OLD.last + 1 OR NEW.fiscal_year <> OLD.fiscal_year OR NEW.series <> OLD.series
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_SERIES: entry numbers move by one'); END;
CREATE TRIGGER entry_series_no_delete BEFORE DELETE ON entry_series
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_SERIES: entry numbers are never given back'); END;
CREATE TRIGGER entry_number_not_replaced BEFORE INSERT ON entry_number
WHEN EXISTS (SELECT 1 FROM entry_number o WHERE o.entry_id = NEW.entry_id
  OR (o.fiscal_year = NEW.fiscal_year AND o.series = NEW.series AND o.number = NEW.number))
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_EXISTS: an entry keeps its number'); END;
CREATE TRIGGER entry_number_no_update BEFORE UPDATE ON entry_number
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: the number of an entry never changes'); END;
CREATE TRIGGER entry_number_no_delete BEFORE DELETE ON entry_number
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: the number of an entry never changes'); END;

-- Months (`2026-10`) and years (`2026`). What has no row is open.
CREATE TABLE accounting_period (
  period TEXT PRIMARY KEY CHECK (period GLOB '[0-9][0-9][0-9][0-9]' OR period GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]'),
  state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'locked')),
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER accounting_period_not_replaced BEFORE INSERT ON accounting_period
WHEN EXISTS (SELECT 1 FROM accounting_period WHERE period = NEW.period)
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_EXISTS: this period has its state'); END;
CREATE TRIGGER accounting_period_step BEFORE UPDATE ON accounting_period
WHEN OLD.state = 'locked' OR NEW.period <> OLD.period
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: a locked period is never opened again'); END;
CREATE TRIGGER accounting_period_no_delete BEFORE DELETE ON accounting_period
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: the state of a period is never removed'); END;

-- The entries that close a year and open the next are what closing is made of: they pass a closed period, not a locked
-- one.
CREATE TRIGGER journal_entry_in_open_period BEFORE INSERT ON journal_entry
WHEN EXISTS (
  SELECT 1 FROM accounting_period
  WHERE period IN (substr(NEW.entry_date, 1, 4), substr(NEW.entry_date, 1, 7))
    AND (state = 'locked'
      OR (state = 'closed' AND NOT (NEW.journal = 'CL' OR (NEW.journal = 'AN' AND NEW.document LIKE 'A-NOUVEAUX-%')))))
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_CLOSED: the entry is dated in a closed or locked period'); END;

-- Money received for an invoice; its journal entry is the one of journal BQ whose document is its number.
CREATE TABLE payment (
  id INTEGER PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  invoice_id INTEGER NOT NULL REFERENCES invoice (id),
  received_on TEXT NOT NULL CHECK (received_on IS date(received_on)),
  amount_cents INTEGER NOT NULL CHECK (amount_cents > 0),
  reference TEXT,
  -- What tells one transaction of a bank statement from another, so that a statement read twice counts once.
  statement_key TEXT UNIQUE,
  recorded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX payment_invoice ON payment (invoice_id);
CREATE TRIGGER payment_not_replaced BEFORE INSERT ON payment
WHEN EXISTS (SELECT 1 FROM payment o WHERE o.id = NEW.id OR o.number = NEW.number OR o.statement_key = NEW.statement_key)
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_EXISTS: this payment is recorded already'); END;
CREATE TRIGGER payment_no_update BEFORE UPDATE ON payment
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: a recorded payment never changes'); END;
CREATE TRIGGER payment_no_delete BEFORE DELETE ON payment
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: a recorded payment never changes'); END;

-- Lines of one customer that settle one another (lettrage).
CREATE TABLE lettering (
  code TEXT PRIMARY KEY,
  lettered_on TEXT NOT NULL CHECK (lettered_on IS date(lettered_on)),
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE lettered_line (
  journal TEXT NOT NULL,
  document TEXT NOT NULL,
  position INTEGER NOT NULL,
  code TEXT NOT NULL REFERENCES lettering (code),
  PRIMARY KEY (journal, document, position),
  FOREIGN KEY (journal, document, position) REFERENCES journal_line (journal, document, position)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER lettering_no_update BEFORE UPDATE ON lettering
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: a lettering never changes'); END;
CREATE TRIGGER lettering_no_delete BEFORE DELETE ON lettering
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: a lettering never changes'); END;
CREATE TRIGGER lettering_not_replaced BEFORE INSERT ON lettering
WHEN EXISTS (SELECT 1 FROM lettering WHERE code = NEW.code)
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_EXISTS: this letter is taken'); END;
CREATE TRIGGER lettered_line_no_update BEFORE UPDATE ON lettered_line
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: a lettering never changes'); END;
CREATE TRIGGER lettered_line_no_delete BEFORE DELETE ON lettered_line
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: a lettering never changes'); END;
CREATE TRIGGER lettered_line_not_replaced BEFORE INSERT ON lettered_line
WHEN EXISTS (SELECT 1 FROM lettered_line WHERE journal = NEW.journal AND document = NEW.document AND position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_EXISTS: this line is lettered already'); END;
