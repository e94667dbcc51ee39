DROP TABLE asset_file;
DROP TABLE asset_event;
DROP FUNCTION asset_event_follows();
ALTER TABLE asset_component DROP COLUMN duration_decision;
ALTER TABLE fixed_asset DROP COLUMN record;
