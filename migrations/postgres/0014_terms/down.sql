DROP TABLE book_edit;
ALTER TABLE seller DROP COLUMN version;
ALTER TABLE contract DROP COLUMN notice_months;
