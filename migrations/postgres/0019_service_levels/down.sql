DROP TABLE availability;
DROP FUNCTION availability_step();
ALTER TABLE contract_line DROP COLUMN service_level;
