DROP TABLE asset_file;
DROP TABLE asset_event;
ALTER TABLE asset_component DROP COLUMN duration_decision;
ALTER TABLE fixed_asset DROP COLUMN record;
