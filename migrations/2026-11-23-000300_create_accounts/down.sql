DROP TABLE idempotency_keys;
DROP TABLE access_tokens;
DROP TABLE sessions;
DROP TABLE accounts;
