DROP TABLE audit_head;
DROP TABLE audit_event;
DROP TABLE journal_line;
DROP TABLE journal_entry;
DROP FUNCTION journal_entry_balances;
DROP FUNCTION journal_line_sealed;
DROP FUNCTION journal_document_lock;
DROP FUNCTION audit_event_chains;
