-- What is open on each issued document: one row beside the frozen invoice, written in the transaction that issues,
-- credits, pays or claims. It follows from those rows and can be written anew from them.
CREATE TABLE invoice_balance (
  invoice_id INTEGER PRIMARY KEY REFERENCES invoice (id),
  due_date TEXT NOT NULL CHECK (due_date IS date(due_date)),
  credited_cents INTEGER NOT NULL,
  paid_cents INTEGER NOT NULL,
  interest_cents INTEGER NOT NULL,
  -- Below zero is owed to the tenant.
  open_cents INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'paid', 'credited', 'overpaid')),
  -- 1 where a payment came late and its interest is not claimed yet.
  claimable INTEGER NOT NULL CHECK (claimable IN (0, 1)),
  CHECK ((state = 'open') = (open_cents > 0) AND (state = 'overpaid') = (open_cents < 0))
) STRICT;
-- What is late is found through its state and due date: the cost follows what is open, not what was ever issued.
CREATE INDEX invoice_balance_state ON invoice_balance (state, due_date, invoice_id, open_cents);
CREATE INDEX invoice_balance_claimable ON invoice_balance (claimable, invoice_id);

INSERT INTO invoice_balance
SELECT id, due_date, credited, paid, interest, open,
  CASE WHEN kind = 'credit-note' THEN 'credited' WHEN open > 0 THEN 'open' WHEN open < 0 THEN 'overpaid'
       WHEN credited > 0 AND credited >= gross_cents THEN 'credited' ELSE 'paid' END,
  claimable
FROM (
  SELECT *, CASE WHEN kind = 'credit-note' THEN 0 ELSE gross_cents + interest - credited - paid END AS open
  FROM (
    SELECT i.id, i.due_date, i.kind, i.gross_cents,
      CASE WHEN i.kind = 'credit-note' THEN 0 ELSE COALESCE((
        SELECT SUM(c.gross_cents) FROM invoice c WHERE c.contract_id = i.contract_id AND c.month = i.month
          AND c.kind = 'credit-note' AND c.status = 'issued'), 0) END AS credited,
      COALESCE((SELECT SUM(p.amount_cents) FROM payment p WHERE p.invoice_id = i.id), 0) AS paid,
      COALESCE((SELECT SUM(l.debit_cents) FROM payment p
        JOIN journal_line l ON l.journal = 'OD' AND l.document = 'INT-' || p.number WHERE p.invoice_id = i.id), 0)
        AS interest,
      EXISTS (SELECT 1 FROM payment p WHERE p.invoice_id = i.id AND p.received_on > i.due_date
        AND NOT EXISTS (SELECT 1 FROM journal_entry e WHERE e.journal = 'OD' AND e.document = 'INT-' || p.number))
        AS claimable
    FROM invoice i WHERE i.status = 'issued'));

-- Lines that a person adds to a contract's month, with the reason. They live beside the draft, which may be made again
-- as often as one likes, and are used up by the invoice that carries them.
CREATE TABLE manual_line (
  id INTEGER PRIMARY KEY,
  contract_id INTEGER NOT NULL REFERENCES contract (id),
  month TEXT NOT NULL,
  service TEXT NOT NULL,
  designation TEXT NOT NULL,
  quantity_ten_thousandths INTEGER NOT NULL,
  unit TEXT NOT NULL,
  unit_price_micro INTEGER NOT NULL CHECK (unit_price_micro >= 0),
  vat TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (reason <> ''),
  added_by TEXT NOT NULL,
  added_at INTEGER NOT NULL,
  invoice_id INTEGER REFERENCES invoice (id)
) STRICT;
CREATE INDEX manual_line_month ON manual_line (month, contract_id);
CREATE TRIGGER manual_line_used_once BEFORE UPDATE ON manual_line
WHEN OLD.invoice_id IS NOT NULL OR NEW.invoice_id IS NULL
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: a manual line is used once and never changes'); END;
CREATE TRIGGER manual_line_kept BEFORE DELETE ON manual_line WHEN OLD.invoice_id IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: a manual line that was issued is never removed'); END;

-- Bank statements that were read, and what became of each of their receipts.
CREATE TABLE bank_statement (
  id INTEGER PRIMARY KEY,
  read_by TEXT NOT NULL,
  read_at INTEGER NOT NULL,
  receipts INTEGER NOT NULL,
  known_before INTEGER NOT NULL
) STRICT;
CREATE TABLE bank_receipt (
  statement_key TEXT PRIMARY KEY,
  statement_id INTEGER NOT NULL REFERENCES bank_statement (id),
  booked_on TEXT NOT NULL CHECK (booked_on IS date(booked_on)),
  amount_cents INTEGER NOT NULL,
  text TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('recorded', 'left', 'dismissed')),
  -- Why it was left, for programs and for people.
  why TEXT,
  -- The numbers of the payments it became, and what they come to.
  payment TEXT,
  recorded_cents INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX bank_receipt_outcome ON bank_receipt (outcome, booked_on);
CREATE INDEX bank_receipt_statement ON bank_receipt (statement_id);
CREATE INDEX payment_received ON payment (received_on, id);

-- Answers given under an Idempotency-Key. A row without a status is being worked on, or was when the program ended.
CREATE TABLE api_answer (
  key TEXT PRIMARY KEY,
  request_sha256 TEXT NOT NULL,
  status INTEGER,
  body TEXT,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX api_answer_created ON api_answer (created_at);
