-- The table of db-scheduler 16, as its own hsql_tables.sql defines it.
CREATE TABLE IF NOT EXISTS ${table} (
    task_name varchar(100) NOT NULL,
    task_instance varchar(100) NOT NULL,
    task_data blob,
    execution_time timestamp(9) with time zone NOT NULL,
    picked boolean NOT NULL,
    picked_by varchar(50),
    last_success timestamp(9) with time zone,
    last_failure timestamp(9) with time zone,
    consecutive_failures integer,
    last_heartbeat timestamp(9) with time zone,
    version bigint NOT NULL,
    priority smallint,
    PRIMARY KEY (task_name, task_instance)
);

CREATE INDEX IF NOT EXISTS ${table}_execution_time_idx ON ${table} (execution_time);

CREATE INDEX IF NOT EXISTS ${table}_last_heartbeat_idx ON ${table} (last_heartbeat);

CREATE INDEX IF NOT EXISTS ${table}_priority_execution_time_idx ON ${table} (priority DESC, execution_time ASC);
