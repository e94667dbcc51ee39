-- Administration: people invited by mail, their second factor, long-lived tokens.

-- Who is signed in signs in again: a session now says how far its person has come (`open`, `code`, `enrolment`).
DELETE FROM web_session;
ALTER TABLE web_session RENAME COLUMN state TO stage;
ALTER TABLE web_session ADD COLUMN device TEXT NOT NULL DEFAULT '';
ALTER TABLE web_session ADD COLUMN address TEXT NOT NULL DEFAULT '';

-- None where it was never chosen.
ALTER TABLE app_user ADD COLUMN language TEXT CHECK (language IN ('fr', 'en'));
ALTER TABLE app_user ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
-- Short-lived access tokens signed before are refused.
ALTER TABLE app_user ADD COLUMN tokens_valid_from INTEGER NOT NULL DEFAULT 0;

-- The secret of a link is made from the nonce and a key that is not in the database.
CREATE TABLE invitation (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  role TEXT NOT NULL,
  tenant_id INTEGER REFERENCES tenant (id),
  language TEXT NOT NULL,
  nonce TEXT NOT NULL,
  secret_hash TEXT NOT NULL UNIQUE,
  invited_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  accepted_at INTEGER,
  withdrawn_at INTEGER,
  CHECK ((role = 'tenant') = (tenant_id IS NOT NULL)),
  CHECK (accepted_at IS NULL OR withdrawn_at IS NULL)
) STRICT;
-- One open invitation per address.
CREATE UNIQUE INDEX invitation_open ON invitation (email) WHERE accepted_at IS NULL AND withdrawn_at IS NULL;

CREATE TABLE password_reset (
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES app_user (id),
  language TEXT NOT NULL,
  nonce TEXT NOT NULL,
  secret_hash TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT;
CREATE INDEX password_reset_user ON password_reset (user_id);

-- The secret is sealed with a key that is not in the database.
CREATE TABLE second_factor (
  user_id INTEGER PRIMARY KEY REFERENCES app_user (id),
  sealed_secret TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  confirmed_at INTEGER,
  -- The step of the last code taken: an older or equal one is refused.
  last_step INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE recovery_code (
  user_id INTEGER NOT NULL REFERENCES app_user (id),
  code_hash TEXT NOT NULL,
  used_at INTEGER,
  PRIMARY KEY (user_id, code_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_token (
  id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES app_user (id),
  name TEXT NOT NULL,
  -- Its first characters, by which people recognise it.
  prefix TEXT NOT NULL,
  secret_hash TEXT NOT NULL UNIQUE,
  -- Names of scopes, separated by spaces.
  scopes TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  last_used_at INTEGER,
  revoked_at INTEGER
) STRICT;
CREATE UNIQUE INDEX api_token_name ON api_token (user_id, name) WHERE revoked_at IS NULL;
