-- Messages to send: written by the transaction that has something to say, sent afterwards.
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  invoice_id INTEGER REFERENCES invoice (id),
  recipient TEXT NOT NULL,
  language TEXT NOT NULL,
  message_id TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL CHECK (status IN ('pending', 'sent', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_at INTEGER NOT NULL,
  last_error TEXT,
  created_at INTEGER NOT NULL,
  sent_at INTEGER
) STRICT;
CREATE INDEX outbox_due ON outbox (next_attempt_at) WHERE status = 'pending';
CREATE INDEX outbox_invoice ON outbox (invoice_id);

CREATE TABLE app_user (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  role TEXT NOT NULL,
  tenant_id INTEGER REFERENCES tenant (id),
  created_at INTEGER NOT NULL,
  disabled_at INTEGER,
  -- A tenant's user sees one tenant; nobody else is tied to one.
  CHECK ((role = 'tenant') = (tenant_id IS NOT NULL))
) STRICT;

CREATE TABLE web_session (
  key TEXT PRIMARY KEY,
  user_id INTEGER REFERENCES app_user (id),
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX web_session_expires ON web_session (expires_at);
CREATE INDEX web_session_user ON web_session (user_id);

-- Keys that sign access tokens. A retired one still verifies what it signed.
CREATE TABLE token_key (
  kid TEXT PRIMARY KEY,
  secret TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  retired_at INTEGER
) STRICT, WITHOUT ROWID;
