-- Tables of Patient HTTP, version 3, for PostgreSQL 13 and later. Created by Schema, or by running this script.

CREATE TABLE IF NOT EXISTS patient_http_schema (
    version          integer NOT NULL,
    compatible_from  integer NOT NULL,
    installation_id  uuid    NOT NULL,
    only_row         boolean NOT NULL DEFAULT TRUE PRIMARY KEY CHECK (only_row)
);

CREATE TABLE IF NOT EXISTS patient_http_processes (
    id             uuid         NOT NULL PRIMARY KEY,
    host           varchar(255) NOT NULL,
    pid            bigint       NOT NULL,
    version        varchar(50)  NOT NULL,
    started_at     timestamptz  NOT NULL,
    last_seen_at   timestamptz  NOT NULL,
    healthy_since  timestamptz  NOT NULL,
    lease_ms       bigint       NOT NULL,
    engine_name    varchar(200),
    max_in_flight  integer      NOT NULL,
    in_flight      integer      NOT NULL
);

CREATE TABLE IF NOT EXISTS patient_http_requests (
    id                uuid         NOT NULL PRIMARY KEY,
    state             varchar(10)  NOT NULL,
    owner             uuid,
    epoch             integer      NOT NULL,
    attempt           integer      NOT NULL,
    recoveries        integer      NOT NULL,
    priority          smallint     NOT NULL,
    run_at            timestamptz  NOT NULL,
    concurrency_key   varchar(255) NOT NULL,
    dedup_key         varchar(255),
    deadline_at       timestamptz,
    cancel_requested  boolean      NOT NULL,
    callback          varchar(500) NOT NULL,
    method            varchar(10)  NOT NULL,
    host              varchar(255) NOT NULL,
    format            smallint     NOT NULL,
    callback_args     text,
    request           text         NOT NULL,
    request_ref       varchar(500),
    outcome           text,
    outcome_ref       varchar(500),
    attempt_log       text,
    last_error        text,
    trace_context     text,
    created_at        timestamptz  NOT NULL,
    claimed_at        timestamptz,
    completed_at      timestamptz,
    job_enqueued_at   timestamptz,
    dead_at           timestamptz
);

-- Values that are too large for their rows, in the order of their keys' bytes.
CREATE TABLE IF NOT EXISTS patient_http_payloads (
    payload_key  varchar(200) COLLATE "C" NOT NULL PRIMARY KEY,
    payload      bytea                    NOT NULL,
    created_at   timestamptz              NOT NULL DEFAULT clock_timestamp()
);

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

-- Large values are compressed before they are stored: PostgreSQL need not try again.
ALTER TABLE patient_http_requests ALTER COLUMN callback_args SET STORAGE EXTERNAL;
ALTER TABLE patient_http_requests ALTER COLUMN request SET STORAGE EXTERNAL;
ALTER TABLE patient_http_requests ALTER COLUMN outcome SET STORAGE EXTERNAL;
ALTER TABLE patient_http_payloads ALTER COLUMN payload SET STORAGE EXTERNAL;

-- The order of the claim: one branch per priority, then the longest due.
CREATE INDEX IF NOT EXISTS patient_http_requests_claim ON patient_http_requests (priority, run_at)
    WHERE state = 'PENDING';
-- The order of the claim while a key has no room: one branch per priority and key.
CREATE INDEX IF NOT EXISTS patient_http_requests_keys ON patient_http_requests (priority, concurrency_key, run_at)
    WHERE state = 'PENDING';
-- Rows that processes died with: few.
CREATE INDEX IF NOT EXISTS patient_http_requests_suspects ON patient_http_requests (recoveries, run_at)
    WHERE state = 'PENDING' AND recoveries > 0;
CREATE INDEX IF NOT EXISTS patient_http_requests_owner ON patient_http_requests (owner)
    WHERE owner IS NOT NULL;
CREATE INDEX IF NOT EXISTS patient_http_requests_cancel ON patient_http_requests (owner)
    WHERE cancel_requested AND state = 'IN_FLIGHT';
CREATE INDEX IF NOT EXISTS patient_http_requests_completed ON patient_http_requests (completed_at, id)
    WHERE state = 'COMPLETED';
CREATE INDEX IF NOT EXISTS patient_http_requests_dead ON patient_http_requests (dead_at, id)
    WHERE state = 'DEAD';
CREATE UNIQUE INDEX IF NOT EXISTS patient_http_requests_dedup ON patient_http_requests (dedup_key)
    WHERE dedup_key IS NOT NULL;

-- Written once: a start reads which version the tables are of.
INSERT INTO patient_http_schema (version, compatible_from, installation_id)
    SELECT 3, 1, gen_random_uuid() WHERE NOT EXISTS (SELECT 1 FROM patient_http_schema);
