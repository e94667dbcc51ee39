-- Invoices. A row begins as a draft, gets its lines, and is issued by one UPDATE; from then on the database itself
-- refuses every change. SQLite's REPLACE deletes rows without firing DELETE triggers: the *_not_replaced triggers
-- refuse it on the inserting side.
CREATE TABLE invoice (
  id INTEGER PRIMARY KEY,
  tenant_id INTEGER NOT NULL REFERENCES tenant (id),
  contract_id INTEGER NOT NULL REFERENCES contract (id),
  month TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('invoice', 'credit-note', 'corrected')),
  status TEXT NOT NULL CHECK (status IN ('draft', 'issued')),
  number TEXT UNIQUE,
  series TEXT,
  year INTEGER,
  position INTEGER,
  issue_date TEXT CHECK (issue_date IS date(issue_date)),
  due_date TEXT CHECK (due_date IS date(due_date)),
  net_cents INTEGER NOT NULL,
  tax_cents INTEGER NOT NULL,
  gross_cents INTEGER NOT NULL,
  content TEXT NOT NULL,
  content_sha256 TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  issued_at INTEGER,
  UNIQUE (series, year, position),
  CHECK (gross_cents = net_cents + tax_cents),
  CHECK ((status = 'issued') = (number IS NOT NULL)),
  CHECK ((number IS NULL) = (series IS NULL) AND (number IS NULL) = (year IS NULL)
     AND (number IS NULL) = (position IS NULL) AND (number IS NULL) = (issue_date IS NULL)
     AND (number IS NULL) = (due_date IS NULL) AND (number IS NULL) = (issued_at IS NULL)),
  CHECK (due_date >= issue_date)
) STRICT;
-- A month of a contract is billed once.
CREATE UNIQUE INDEX invoice_contract_month ON invoice (contract_id, month) WHERE kind = 'invoice';
CREATE INDEX invoice_month ON invoice (month);
CREATE INDEX invoice_tenant ON invoice (tenant_id);

CREATE TABLE invoice_line (
  invoice_id INTEGER NOT NULL REFERENCES invoice (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  line_code TEXT NOT NULL,
  service TEXT NOT NULL,
  kind TEXT NOT NULL,
  -- The month the line is about: the invoice's, or the one a regularisation corrects.
  regards_month TEXT NOT NULL,
  period_from TEXT NOT NULL CHECK (period_from IS date(period_from)),
  period_to TEXT CHECK (period_to IS date(period_to)),
  quantity_ten_thousandths INTEGER NOT NULL,
  unit TEXT NOT NULL,
  unit_price_micro INTEGER NOT NULL,
  net_cents INTEGER NOT NULL,
  PRIMARY KEY (invoice_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX invoice_line_regards ON invoice_line (regards_month, line_code);

-- The next number of a series in a year. It moves by one, inside the transaction that issues.
CREATE TABLE number_series (
  series TEXT NOT NULL,
  year INTEGER NOT NULL,
  next INTEGER NOT NULL,
  PRIMARY KEY (series, year)
) STRICT, WITHOUT ROWID;

-- The files made from an issued invoice.
CREATE TABLE invoice_archive (
  invoice_id INTEGER NOT NULL REFERENCES invoice (id),
  kind TEXT NOT NULL CHECK (kind IN ('pdf', 'xml')),
  path TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (invoice_id, kind)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER invoice_frozen_update BEFORE UPDATE ON invoice WHEN OLD.status = 'issued'
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: an issued invoice never changes'); END;
CREATE TRIGGER invoice_frozen_delete BEFORE DELETE ON invoice WHEN OLD.status = 'issued'
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: an issued invoice never changes'); END;
CREATE TRIGGER invoice_not_replaced_insert BEFORE INSERT ON invoice
WHEN EXISTS (
  SELECT 1 FROM invoice o WHERE o.status = 'issued' AND (
    o.id = NEW.id OR o.number = NEW.number
    OR (o.series = NEW.series AND o.year = NEW.year AND o.position = NEW.position)
    OR (o.kind = 'invoice' AND NEW.kind = 'invoice' AND o.contract_id = NEW.contract_id AND o.month = NEW.month)))
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_EXISTS: an issued invoice holds this id, number or contract month'); END;
CREATE TRIGGER invoice_not_replaced_update BEFORE UPDATE ON invoice
WHEN EXISTS (
  SELECT 1 FROM invoice o WHERE o.status = 'issued' AND o.id <> OLD.id AND (
    o.id = NEW.id OR o.number = NEW.number
    OR (o.series = NEW.series AND o.year = NEW.year AND o.position = NEW.position)
    OR (o.kind = 'invoice' AND NEW.kind = 'invoice' AND o.contract_id = NEW.contract_id AND o.month = NEW.month)))
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_EXISTS: an issued invoice holds this id, number or contract month'); END;
CREATE TRIGGER invoice_draft_first BEFORE INSERT ON invoice WHEN NEW.status = 'issued'
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_ORDER: an invoice is inserted as a draft and then issued'); END;
CREATE TRIGGER invoice_totals BEFORE UPDATE ON invoice
WHEN NEW.status = 'issued'
 AND NEW.net_cents IS NOT (SELECT SUM(net_cents) FROM invoice_line WHERE invoice_id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_TOTALS: the net of an issued invoice is the sum of its lines'); END;

CREATE TRIGGER invoice_line_frozen_insert BEFORE INSERT ON invoice_line
WHEN (SELECT status FROM invoice WHERE id = NEW.invoice_id) = 'issued'
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: the lines of an issued invoice never change'); END;
CREATE TRIGGER invoice_line_frozen_update BEFORE UPDATE ON invoice_line
WHEN EXISTS (SELECT 1 FROM invoice WHERE id IN (OLD.invoice_id, NEW.invoice_id) AND status = 'issued')
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: the lines of an issued invoice never change'); END;
CREATE TRIGGER invoice_line_frozen_delete BEFORE DELETE ON invoice_line
WHEN (SELECT status FROM invoice WHERE id = OLD.invoice_id) = 'issued'
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: the lines of an issued invoice never change'); END;

CREATE TRIGGER number_series_begins BEFORE INSERT ON number_series
WHEN NEW.next <> 1 OR EXISTS (SELECT 1 FROM number_series WHERE series = NEW.series AND year = NEW.year)
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_SERIES: a number series begins once, at 1'); END;
CREATE TRIGGER number_series_step BEFORE UPDATE ON number_series
WHEN NEW.next <> OLD.next + 1 OR NEW.series <> OLD.series OR NEW.year <> OLD.year
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_SERIES: a number series moves by one'); END;
CREATE TRIGGER number_series_no_delete BEFORE DELETE ON number_series
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_SERIES: a number series is never removed'); END;

CREATE TRIGGER invoice_archive_no_update BEFORE UPDATE ON invoice_archive
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: archived documents never change'); END;
CREATE TRIGGER invoice_archive_no_delete BEFORE DELETE ON invoice_archive
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: archived documents never change'); END;
CREATE TRIGGER invoice_archive_no_replace BEFORE INSERT ON invoice_archive
WHEN EXISTS (SELECT 1 FROM invoice_archive WHERE invoice_id = NEW.invoice_id AND kind = NEW.kind)
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_EXISTS: this document is archived already'); END;
