CREATE TABLE documents (id BIGINT PRIMARY KEY, summary VARCHAR, error VARCHAR);
INSERT INTO documents (id) VALUES (42);
