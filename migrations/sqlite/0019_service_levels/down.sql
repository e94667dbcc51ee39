DROP TABLE availability;
ALTER TABLE contract_line DROP COLUMN service_level;
