DROP TABLE sealed_day;
DROP TABLE audit_root;
