DROP TABLE invoice_archive;
DROP TABLE number_series;
DROP TABLE invoice_line;
DROP TABLE invoice;
