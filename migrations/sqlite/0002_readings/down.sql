DROP TABLE reading_batch;
DROP TABLE late_change;
DROP TABLE billing_horizon;
DROP TABLE meter_month;
DROP TABLE reading_correction;
DROP TABLE reading_source;
DROP TABLE reading;
