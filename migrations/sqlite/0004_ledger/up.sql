-- Double entry. The lines come first, held together by a deferred foreign key; the entry row comes last and seals
-- them: it is refused unless its lines balance, and afterwards nothing changes.
CREATE TABLE journal_entry (
  id INTEGER PRIMARY KEY,
  journal TEXT NOT NULL,
  document TEXT NOT NULL,
  entry_date TEXT NOT NULL CHECK (entry_date IS date(entry_date)),
  label TEXT NOT NULL,
  posted_at INTEGER NOT NULL,
  UNIQUE (journal, document)
) STRICT;
CREATE INDEX journal_entry_date ON journal_entry (entry_date);

CREATE TABLE journal_line (
  journal TEXT NOT NULL,
  document TEXT NOT NULL,
  position INTEGER NOT NULL,
  account TEXT NOT NULL,
  auxiliary TEXT,
  label TEXT NOT NULL,
  debit_cents INTEGER NOT NULL,
  credit_cents INTEGER NOT NULL,
  PRIMARY KEY (journal, document, position),
  FOREIGN KEY (journal, document) REFERENCES journal_entry (journal, document) DEFERRABLE INITIALLY DEFERRED,
  CHECK (debit_cents >= 0 AND credit_cents >= 0 AND (debit_cents = 0) <> (credit_cents = 0))
) STRICT, WITHOUT ROWID;

-- The trail: each event's hash covers the one before it. The head is the row appenders queue on.
CREATE TABLE audit_event (
  sequence INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE INDEX audit_event_subject ON audit_event (subject);

CREATE TABLE audit_head (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  sequence INTEGER NOT NULL,
  hash TEXT NOT NULL
) STRICT;
INSERT INTO audit_head VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

CREATE TRIGGER journal_entry_not_replaced BEFORE INSERT ON journal_entry
WHEN EXISTS (SELECT 1 FROM journal_entry o WHERE o.id = NEW.id OR (o.journal = NEW.journal AND o.document = NEW.document))
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_EXISTS: this document is posted already'); END;
CREATE TRIGGER journal_entry_balances BEFORE INSERT ON journal_entry
WHEN (SELECT COUNT(*) = 0 OR SUM(debit_cents) <> SUM(credit_cents)
      FROM journal_line WHERE journal = NEW.journal AND document = NEW.document)
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_UNBALANCED: debits and credits of a journal entry must be equal'); END;
CREATE TRIGGER journal_entry_no_update BEFORE UPDATE ON journal_entry
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: a posted entry never changes'); END;
CREATE TRIGGER journal_entry_no_delete BEFORE DELETE ON journal_entry
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: a posted entry never changes'); END;

CREATE TRIGGER journal_line_sealed BEFORE INSERT ON journal_line
WHEN EXISTS (SELECT 1 FROM journal_entry WHERE journal = NEW.journal AND document = NEW.document)
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: a posted entry never changes'); END;
CREATE TRIGGER journal_line_not_replaced BEFORE INSERT ON journal_line
WHEN EXISTS (SELECT 1 FROM journal_line WHERE journal = NEW.journal AND document = NEW.document AND position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_EXISTS: this line of the entry exists already'); END;
CREATE TRIGGER journal_line_no_update BEFORE UPDATE ON journal_line
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: a posted entry never changes'); END;
CREATE TRIGGER journal_line_no_delete BEFORE DELETE ON journal_line
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: a posted entry never changes'); END;

CREATE TRIGGER audit_event_chains BEFORE INSERT ON audit_event
WHEN NEW.sequence <> (SELECT COALESCE(MAX(sequence), 0) + 1 FROM audit_event)
  OR (NEW.sequence > 1 AND NEW.previous_hash <> (SELECT hash FROM audit_event WHERE sequence = NEW.sequence - 1))
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_CHAIN: an audit event follows the last one and names its hash'); END;
CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: the audit trail never changes'); END;
CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: the audit trail never changes'); END;
CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON audit_head
BEGIN SELECT RAISE(ABORT, 'CHAPELLE_FROZEN: the audit trail never changes'); END;
