-- What the bank kept of a receipt before it credited the rest, until the payment that carries it is recorded. The amount
-- is what was sent.
ALTER TABLE bank_receipt ADD COLUMN charge_cents BIGINT NOT NULL DEFAULT 0 CHECK (charge_cents >= 0);
