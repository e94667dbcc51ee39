DROP TABLE payback_terms;
DROP TABLE management_figure;
DROP TABLE report_archive;
