DROP TABLE token_key;
DROP TABLE web_session;
DROP TABLE app_user;
DROP TABLE outbox;
