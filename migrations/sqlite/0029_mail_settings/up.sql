-- How mails leave, as administrators set it; what the machine's configuration sets goes before. One row, none before the first
-- saving; each saving is another version. The password is sealed with a key outside the database.
CREATE TABLE mail_settings (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  version INTEGER NOT NULL CHECK (version > 0),
  transport TEXT NOT NULL CHECK (transport IN ('directory', 'smtp')),
  attach_pdf INTEGER NOT NULL CHECK (attach_pdf IN (0, 1)),
  smtp_host TEXT NOT NULL,
  smtp_port INTEGER NOT NULL CHECK (smtp_port BETWEEN 1 AND 65535),
  smtp_security TEXT NOT NULL CHECK (smtp_security IN ('starttls', 'tls', 'none')),
  smtp_user TEXT,
  sealed_password TEXT,
  authority TEXT,
  saved_by TEXT NOT NULL,
  saved_at INTEGER NOT NULL,
  CHECK ((smtp_user IS NULL) = (sealed_password IS NULL))
) STRICT;
