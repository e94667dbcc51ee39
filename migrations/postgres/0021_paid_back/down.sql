ALTER TABLE invoice_balance DROP COLUMN paid_back_cents;
DROP VIEW money_moved;
DROP TABLE paid_back;
