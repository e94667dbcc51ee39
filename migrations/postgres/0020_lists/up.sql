-- An account's lines without looking at those of every other.
CREATE INDEX journal_line_account ON journal_line (account text_pattern_ops);

-- What failed among all that was ever sent.
CREATE INDEX outbox_status ON outbox (status, id);

-- Which state of the invoices and their balances this is, as for the book: what lists count and sum is worked out again
-- only where this number is another.
CREATE SEQUENCE invoice_revision_number;
CREATE TABLE invoice_revision (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  revision BIGINT NOT NULL
);
INSERT INTO invoice_revision (id, revision) VALUES (1, nextval('invoice_revision_number'));

CREATE FUNCTION revise_invoices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE invoice_revision SET revision = nextval('invoice_revision_number');
  RETURN NULL;
END $$;

-- When the transaction ends: it holds whatever else it locks by then, so that nobody waits in a circle for this row.
CREATE CONSTRAINT TRIGGER invoice_revised AFTER INSERT OR UPDATE OR DELETE ON invoice
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION revise_invoices();
CREATE CONSTRAINT TRIGGER invoice_balance_revised AFTER INSERT OR UPDATE OR DELETE ON invoice_balance
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION revise_invoices();
