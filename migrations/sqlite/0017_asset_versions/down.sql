DROP TABLE asset_version;
