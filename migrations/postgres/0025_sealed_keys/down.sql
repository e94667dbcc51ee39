-- What is sealed is no secret that signs.
DELETE FROM token_key;
ALTER TABLE token_key RENAME COLUMN sealed_secret TO secret;
