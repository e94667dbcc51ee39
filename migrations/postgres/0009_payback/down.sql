DROP TABLE payback_terms;
DROP TABLE management_figure;
DROP FUNCTION management_figure_follows;
DROP TABLE report_archive;
