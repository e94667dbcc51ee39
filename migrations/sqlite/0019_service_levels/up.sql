-- What a contract line promises of its availability: the percentage committed, and what is allowed below it.
ALTER TABLE contract_line ADD COLUMN service_level TEXT;

-- How available a line was in a month, and what its contract allowed for that when it was recorded. A figure may be
-- replaced until an invoice carries what it allows.
CREATE TABLE availability (
  id INTEGER PRIMARY KEY,
  contract_id INTEGER NOT NULL REFERENCES contract (id),
  line_code TEXT NOT NULL,
  month TEXT NOT NULL,
  percent_thousandths INTEGER NOT NULL CHECK (percent_thousandths BETWEEN 0 AND 100000),
  committed_thousandths INTEGER NOT NULL CHECK (committed_thousandths BETWEEN 0 AND 100000),
  credit_thousandths INTEGER NOT NULL CHECK (credit_thousandths BETWEEN 0 AND 100000),
  reason TEXT NOT NULL CHECK (reason <> ''),
  recorded_by TEXT NOT NULL,
  recorded_at INTEGER NOT NULL,
  invoice_id INTEGER REFERENCES invoice (id),
  UNIQUE (contract_id, line_code, month)
) STRICT;
CREATE INDEX availability_month ON availability (month);
-- What is still to be allowed: few rows, however long the history.
CREATE INDEX availability_due ON availability (month) WHERE invoice_id IS NULL AND credit_thousandths > 0;
CREATE TRIGGER availability_used_once BEFORE UPDATE ON availability
WHEN OLD.invoice_id IS NOT NULL OR NEW.invoice_id IS NULL
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: an availability is used once and never changes'); END;
CREATE TRIGGER availability_kept BEFORE DELETE ON availability WHEN OLD.invoice_id IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: an availability that an invoice rests on is never removed'); END;
