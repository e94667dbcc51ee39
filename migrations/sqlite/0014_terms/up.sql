-- How many months before its end a contract must be given notice; none where nothing was agreed.
ALTER TABLE contract ADD COLUMN notice_months INTEGER CHECK (notice_months BETWEEN 0 AND 60);

-- Rises with each change, so that an edit based on an older state is recognised.
ALTER TABLE seller ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

-- Edits of the book made outside its file. A file that names a revision knows every edit up to it; what was edited
-- later is not taken back by importing it.
CREATE TABLE book_edit (
  revision INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  code TEXT NOT NULL,
  edited_by TEXT NOT NULL,
  edited_at INTEGER NOT NULL
) STRICT;
CREATE INDEX book_edit_item ON book_edit (kind, code, revision);
