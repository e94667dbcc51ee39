DROP TABLE api_answer;
DROP INDEX payment_received;
DROP TABLE bank_receipt;
DROP TABLE bank_statement;
DROP TABLE manual_line;
DROP TABLE invoice_balance;
