ALTER TABLE audit_event DROP COLUMN reason;
ALTER TABLE audit_event DROP COLUMN before_state;
ALTER TABLE audit_event DROP COLUMN origin;
