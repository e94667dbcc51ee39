-- An account's lines without looking at those of every other.
CREATE INDEX journal_line_account ON journal_line (account);

-- What failed among all that was ever sent.
CREATE INDEX outbox_status ON outbox (status, id);

-- Which state of the invoices and their balances this is, as for the book: what lists count and sum is worked out again
-- only where this number is another.
CREATE TABLE invoice_revision (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  revision INTEGER NOT NULL
) STRICT;
INSERT INTO invoice_revision (id, revision) VALUES (1, random());

CREATE TRIGGER invoice_revised_by_insert AFTER INSERT ON invoice
BEGIN UPDATE invoice_revision SET revision = random(); END;
CREATE TRIGGER invoice_revised_by_update AFTER UPDATE ON invoice
BEGIN UPDATE invoice_revision SET revision = random(); END;
CREATE TRIGGER invoice_revised_by_delete AFTER DELETE ON invoice
BEGIN UPDATE invoice_revision SET revision = random(); END;

CREATE TRIGGER invoice_balance_revised_by_insert AFTER INSERT ON invoice_balance
BEGIN UPDATE invoice_revision SET revision = random(); END;
CREATE TRIGGER invoice_balance_revised_by_update AFTER UPDATE ON invoice_balance
BEGIN UPDATE invoice_revision SET revision = random(); END;
CREATE TRIGGER invoice_balance_revised_by_delete AFTER DELETE ON invoice_balance
BEGIN UPDATE invoice_revision SET revision = random(); END;
