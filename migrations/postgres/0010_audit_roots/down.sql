DROP TABLE sealed_day;
DROP TABLE audit_root;
DROP FUNCTION audit_root_grows;
