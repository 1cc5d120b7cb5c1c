-- From version 2 of the tables to version 3, for PostgreSQL 13 and later. Code for version 1 and 2 goes on, but the
-- indexes lock out writes to the requests while they are built: the table is read twice. To spare them that, create them
-- before, in no transaction, with CREATE INDEX CONCURRENTLY.

-- What processes counted, by minute and host: outcomes, and how many took at most so many ms.
CREATE TABLE IF NOT EXISTS patient_http_minutes (
    minute_at       timestamptz NOT NULL,
    host            varchar(255) NOT NULL,
    requests        bigint NOT NULL,
    client_errors   bigint NOT NULL,
    server_errors   bigint NOT NULL,
    timeouts        bigint NOT NULL,
    other_failures  bigint NOT NULL,
    total_ms        bigint NOT NULL,
    took_50         bigint NOT NULL,
    took_100        bigint NOT NULL,
    took_200        bigint NOT NULL,
    took_500        bigint NOT NULL,
    took_1000       bigint NOT NULL,
    took_2000       bigint NOT NULL,
    took_5000       bigint NOT NULL,
    took_10000      bigint NOT NULL,
    took_20000      bigint NOT NULL,
    took_60000      bigint NOT NULL,
    took_120000     bigint NOT NULL,
    took_300000     bigint NOT NULL,
    took_more       bigint NOT NULL,
    PRIMARY KEY (minute_at, host)
);

-- The order of the claim while a key has no room: one branch per priority and key.
CREATE INDEX IF NOT EXISTS patient_http_requests_keys ON patient_http_requests (priority, concurrency_key, run_at)
    WHERE state = 'PENDING';

CREATE INDEX IF NOT EXISTS patient_http_requests_dead ON patient_http_requests (dead_at, id)
    WHERE state = 'DEAD';

UPDATE patient_http_schema SET version = 3 WHERE version = 2;
