-- Until here the secret of a key stood in clear: whoever has a copy of such a database could sign for anyone. Those keys
-- count no more; the server makes a new one, whose secret is sealed with a key outside the database.
DELETE FROM token_key;
ALTER TABLE token_key RENAME COLUMN secret TO sealed_secret;
