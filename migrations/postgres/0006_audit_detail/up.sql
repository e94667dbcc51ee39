-- From where an event came, what it replaced, and why.
ALTER TABLE audit_event ADD COLUMN origin TEXT;
ALTER TABLE audit_event ADD COLUMN before_state TEXT;
ALTER TABLE audit_event ADD COLUMN reason TEXT;
