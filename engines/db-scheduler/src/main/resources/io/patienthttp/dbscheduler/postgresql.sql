-- The table of db-scheduler 16, as its own postgresql_tables.sql defines it.
CREATE TABLE IF NOT EXISTS ${table} (
    task_name text NOT NULL,
    task_instance text NOT NULL,
    task_data bytea,
    execution_time timestamp with time zone NOT NULL,
    picked boolean NOT NULL,
    picked_by text,
    last_success timestamp with time zone,
    last_failure timestamp with time zone,
    consecutive_failures integer,
    last_heartbeat timestamp with time zone,
    version bigint NOT NULL,
    priority smallint,
    PRIMARY KEY (task_name, task_instance)
);

CREATE INDEX IF NOT EXISTS ${name}_execution_time_idx ON ${table} (execution_time);

CREATE INDEX IF NOT EXISTS ${name}_last_heartbeat_idx ON ${table} (last_heartbeat);

CREATE INDEX IF NOT EXISTS ${name}_priority_execution_time_idx ON ${table} (priority DESC, execution_time ASC);
