ALTER TABLE tenant DROP COLUMN chorus_requires;
