-- From version 1 of the tables to version 2, for PostgreSQL 13 and later. Locks no table that is in use, and code for version 1
-- goes on.

-- Values that are too large for their rows, in the order of their keys' bytes.
CREATE TABLE IF NOT EXISTS patient_http_payloads (
    payload_key  varchar(200) COLLATE "C" NOT NULL PRIMARY KEY,
    payload      bytea                    NOT NULL,
    created_at   timestamptz              NOT NULL DEFAULT clock_timestamp()
);
-- They are sealed or compressed before they are stored: PostgreSQL need not try.
ALTER TABLE patient_http_payloads ALTER COLUMN payload SET STORAGE EXTERNAL;

UPDATE patient_http_schema SET version = 2 WHERE version = 1;
