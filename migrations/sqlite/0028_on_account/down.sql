DROP TABLE on_account_taken;
DROP TABLE on_account;
