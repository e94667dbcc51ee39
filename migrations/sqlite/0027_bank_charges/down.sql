ALTER TABLE bank_receipt DROP COLUMN charge_cents;
