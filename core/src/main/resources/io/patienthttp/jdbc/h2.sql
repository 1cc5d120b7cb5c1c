-- Tables of Patient HTTP, version 3, for H2 2.x. Created by Schema, or by running this script.

CREATE TABLE IF NOT EXISTS patient_http_schema (
    version          integer NOT NULL,
    compatible_from  integer NOT NULL,
    installation_id  uuid    NOT NULL,
    only_row         boolean DEFAULT TRUE NOT NULL PRIMARY KEY CHECK (only_row)
);

CREATE TABLE IF NOT EXISTS patient_http_processes (
    id             uuid                        NOT NULL PRIMARY KEY,
    host           varchar(255)                NOT NULL,
    pid            bigint                      NOT NULL,
    version        varchar(50)                 NOT NULL,
    started_at     timestamp(6) with time zone NOT NULL,
    last_seen_at   timestamp(6) with time zone NOT NULL,
    healthy_since  timestamp(6) with time zone NOT NULL,
    lease_ms       bigint                      NOT NULL,
    engine_name    varchar(200),
    max_in_flight  integer                     NOT NULL,
    in_flight      integer                     NOT NULL
);

CREATE TABLE IF NOT EXISTS patient_http_requests (
    id                uuid                        NOT NULL PRIMARY KEY,
    state             varchar(10)                 NOT NULL,
    owner             uuid,
    epoch             integer                     NOT NULL,
    attempt           integer                     NOT NULL,
    recoveries        integer                     NOT NULL,
    priority          smallint                    NOT NULL,
    run_at            timestamp(6) with time zone NOT NULL,
    concurrency_key   varchar(255)                NOT NULL,
    dedup_key         varchar(255),
    deadline_at       timestamp(6) with time zone,
    cancel_requested  boolean                     NOT NULL,
    callback          varchar(500)                NOT NULL,
    method            varchar(10)                 NOT NULL,
    host              varchar(255)                NOT NULL,
    format            smallint                    NOT NULL,
    callback_args     clob,
    request           clob                        NOT NULL,
    request_ref       varchar(500),
    outcome           clob,
    outcome_ref       varchar(500),
    attempt_log       clob,
    last_error        clob,
    trace_context     clob,
    created_at        timestamp(6) with time zone NOT NULL,
    claimed_at        timestamp(6) with time zone,
    completed_at      timestamp(6) with time zone,
    job_enqueued_at   timestamp(6) with time zone,
    dead_at           timestamp(6) with time zone
);

-- Values that are too large for their rows.
CREATE TABLE IF NOT EXISTS patient_http_payloads (
    payload_key  varchar(200)                NOT NULL PRIMARY KEY,
    payload      blob                        NOT NULL,
    created_at   timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP(6) NOT NULL
);

-- What processes counted, by minute and host: outcomes, and how many took at most so many ms.
CREATE TABLE IF NOT EXISTS patient_http_minutes (
    minute_at       timestamp(6) with time zone NOT NULL,
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

CREATE INDEX IF NOT EXISTS patient_http_requests_claim ON patient_http_requests (state, priority, run_at);
CREATE INDEX IF NOT EXISTS patient_http_requests_suspects ON patient_http_requests (state, recoveries, run_at);
CREATE INDEX IF NOT EXISTS patient_http_requests_owner ON patient_http_requests (owner);
CREATE INDEX IF NOT EXISTS patient_http_requests_completed ON patient_http_requests (state, completed_at, id);
CREATE INDEX IF NOT EXISTS patient_http_requests_dead ON patient_http_requests (state, dead_at, id);
CREATE UNIQUE INDEX IF NOT EXISTS patient_http_requests_dedup ON patient_http_requests (dedup_key);

-- Written once: a start reads which version the tables are of.
INSERT INTO patient_http_schema (version, compatible_from, installation_id)
    SELECT 3, 1, random_uuid() WHERE NOT EXISTS (SELECT 1 FROM patient_http_schema);
