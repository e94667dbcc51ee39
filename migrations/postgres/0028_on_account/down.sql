DROP TABLE on_account;
