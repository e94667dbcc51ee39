-- What was owed to a tenant on an invoice and left it: sent to the tenant, or set against another of its invoices. Its
-- journal entry is the one whose document is its number, of journal BQ (RBT-…) or OD (IMP-…).
CREATE TABLE paid_back (
  id INTEGER PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  invoice_id INTEGER NOT NULL REFERENCES invoice (id),
  -- The invoice it pays; none where it was sent to the tenant.
  to_invoice_id INTEGER REFERENCES invoice (id),
  paid_on TEXT NOT NULL CHECK (paid_on IS date(paid_on)),
  amount_cents INTEGER NOT NULL CHECK (amount_cents > 0),
  reference TEXT,
  recorded_at INTEGER NOT NULL,
  CHECK (to_invoice_id <> invoice_id),
  CHECK ((to_invoice_id IS NULL AND number LIKE 'RBT-%') OR (to_invoice_id IS NOT NULL AND number LIKE 'IMP-%'))
) STRICT;
CREATE INDEX paid_back_invoice ON paid_back (invoice_id);
CREATE INDEX paid_back_to_invoice ON paid_back (to_invoice_id) WHERE to_invoice_id IS NOT NULL;
CREATE INDEX paid_back_refunded ON paid_back (paid_on, id) WHERE to_invoice_id IS NULL;
CREATE TRIGGER paid_back_not_replaced BEFORE INSERT ON paid_back
WHEN EXISTS (SELECT 1 FROM paid_back o WHERE o.id = NEW.id OR o.number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_EXISTS: this is paid back already'); END;
CREATE TRIGGER paid_back_no_update BEFORE UPDATE ON paid_back
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: what was paid back never changes'); END;
CREATE TRIGGER paid_back_no_delete BEFORE DELETE ON paid_back
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: what was paid back never changes'); END;

-- What moved on the bank account: payments, and refunds below zero. A transfer moves no money.
CREATE VIEW money_moved AS
SELECT id, number, invoice_id, received_on, amount_cents, reference, recorded_at FROM payment
UNION ALL
SELECT id, number, invoice_id, paid_on, CAST(-amount_cents AS INTEGER), reference, recorded_at FROM paid_back
WHERE to_invoice_id IS NULL;

-- open = invoice + interest − credited − paid + paid back.
ALTER TABLE invoice_balance ADD COLUMN paid_back_cents INTEGER NOT NULL DEFAULT 0;
