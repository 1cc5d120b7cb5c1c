-- From version 1 of the tables to version 2, for H2 2.x. Locks no table that is in use, and code for version 1
-- goes on.

-- Values that are too large for their rows.
CREATE TABLE IF NOT EXISTS patient_http_payloads (
    payload_key  varchar(200)                NOT NULL PRIMARY KEY,
    payload      blob                        NOT NULL,
    created_at   timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP(6) NOT NULL
);

UPDATE patient_http_schema SET version = 2 WHERE version = 1;
