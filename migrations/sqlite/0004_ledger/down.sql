DROP TABLE audit_head;
DROP TABLE audit_event;
DROP TABLE journal_line;
DROP TABLE journal_entry;
