-- Money of a tenant that no invoice has taken: kept (above zero), and what left it (below), for an invoice under the number
-- of its payment (REG-…), or sent back (CPT-…, as what is kept). Its journal
-- entry is the one with its number: of journal BQ, or OD where it left for an invoice.
CREATE TABLE on_account (
  id INTEGER PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  tenant_id INTEGER NOT NULL REFERENCES tenant (id),
  moved_on TEXT NOT NULL CHECK (moved_on IS date(moved_on)),
  amount_cents INTEGER NOT NULL CHECK (amount_cents <> 0),
  reference TEXT,
  -- The transaction of a bank statement it is, or the part of one: kept once.
  statement_key TEXT UNIQUE,
  -- The payment of the same request: the one whose rest it is, or the first part of what was settled at once.
  recorded_with TEXT,
  recorded_at INTEGER NOT NULL,
  CHECK (number LIKE 'CPT-%' OR (number LIKE 'REG-%' AND amount_cents < 0))
) STRICT;
CREATE INDEX on_account_tenant ON on_account (tenant_id, moved_on, id);
CREATE TRIGGER on_account_not_replaced BEFORE INSERT ON on_account
WHEN EXISTS (
  SELECT 1 FROM on_account o WHERE o.id = NEW.id OR o.number = NEW.number OR o.statement_key = NEW.statement_key
)
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_EXISTS: this moved on account already'); END;
CREATE TRIGGER on_account_no_update BEFORE UPDATE ON on_account
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: what moved on account never changes'); END;
CREATE TRIGGER on_account_no_delete BEFORE DELETE ON on_account
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: what moved on account never changes'); END;
-- Of which receipts what left was taken, as it was decided when it left.
CREATE TABLE on_account_taken (
  number TEXT NOT NULL REFERENCES on_account (number),
  taken_from TEXT NOT NULL REFERENCES on_account (number),
  amount_cents INTEGER NOT NULL CHECK (amount_cents > 0),
  PRIMARY KEY (number, taken_from)
) STRICT;
CREATE INDEX on_account_taken_from ON on_account_taken (taken_from);
CREATE TRIGGER on_account_taken_not_replaced BEFORE INSERT ON on_account_taken
WHEN EXISTS (SELECT 1 FROM on_account_taken t WHERE t.number = NEW.number AND t.taken_from = NEW.taken_from)
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_EXISTS: this was taken already'); END;
CREATE TRIGGER on_account_taken_no_update BEFORE UPDATE ON on_account_taken
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: what moved on account never changes'); END;
CREATE TRIGGER on_account_taken_no_delete BEFORE DELETE ON on_account_taken
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: what moved on account never changes'); END;
