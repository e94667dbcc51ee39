DROP TRIGGER invoice_balance_revised ON invoice_balance;
DROP TRIGGER invoice_revised ON invoice;
DROP FUNCTION revise_invoices();
DROP TABLE invoice_revision;
DROP SEQUENCE invoice_revision_number;
DROP INDEX outbox_status;
DROP INDEX journal_line_account;
