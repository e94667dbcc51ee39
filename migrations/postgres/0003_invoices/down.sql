DROP TABLE invoice_archive;
DROP TABLE number_series;
DROP TABLE invoice_line;
DROP TABLE invoice;
DROP FUNCTION invoice_frozen;
DROP FUNCTION invoice_line_frozen;
DROP FUNCTION number_series_step;
