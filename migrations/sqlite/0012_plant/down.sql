DROP TABLE reading_upload;
DROP TABLE reading_series_horizon;
DROP TABLE reading_series_stale;
DROP TABLE reading_series;
