-- Evidence packs made for people, and how far each is: a page that is loaded again finds its pack here.
CREATE TABLE evidence_pack (
  id INTEGER PRIMARY KEY,
  year INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('running', 'done', 'failed', 'stopped')),
  parts_done INTEGER NOT NULL DEFAULT 0,
  parts INTEGER NOT NULL DEFAULT 0,
  started_by TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  -- Rises while the pack is being made.
  seen_at INTEGER NOT NULL,
  ended_at INTEGER,
  error TEXT,
  -- Of the finished file, relative to the data directory; absent once it made room for a later one.
  path TEXT,
  sha256 TEXT CHECK (sha256 IS NULL OR length(sha256) = 64),
  bytes INTEGER
) STRICT;
-- One at a time.
CREATE UNIQUE INDEX evidence_pack_running ON evidence_pack (status) WHERE status = 'running';
