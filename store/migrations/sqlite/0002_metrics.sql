-- The six kinds of events and the two rollups made of them. Every event has
-- the columns of metrics.Origin; its key makes storing it twice harmless.

CREATE TABLE metrics_bugs (
    id              INTEGER PRIMARY KEY,
    event_key       TEXT NOT NULL UNIQUE CHECK (length(CAST(event_key AS BLOB)) = 64),
    organization_id INTEGER REFERENCES organizations (id),
    project         TEXT CHECK (length(CAST(project AS BLOB)) BETWEEN 1 AND 1024),
    source          TEXT CHECK (length(CAST(source AS BLOB)) BETWEEN 1 AND 1024),
    run_id          TEXT CHECK (length(CAST(run_id AS BLOB)) BETWEEN 1 AND 1024),
    pattern         TEXT NOT NULL CHECK (length(CAST(pattern AS BLOB)) BETWEEN 1 AND 1024),
    error           TEXT NOT NULL CHECK (length(CAST(error AS BLOB)) <= 65536),
    code            TEXT CHECK (length(CAST(code AS BLOB)) <= 65536),
    file_path       TEXT CHECK (length(CAST(file_path AS BLOB)) BETWEEN 1 AND 1024),
    line            INTEGER CHECK (line >= 0),
    stack_trace     TEXT CHECK (length(CAST(stack_trace AS BLOB)) <= 65536),
    count           INTEGER NOT NULL CHECK (count >= 1),
    timestamp       TEXT NOT NULL CHECK (timestamp GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND timestamp >= '1970')
) STRICT;

CREATE TABLE metrics_test_failures (
    id               INTEGER PRIMARY KEY,
    event_key        TEXT NOT NULL UNIQUE CHECK (length(CAST(event_key AS BLOB)) = 64),
    organization_id  INTEGER REFERENCES organizations (id),
    project          TEXT CHECK (length(CAST(project AS BLOB)) BETWEEN 1 AND 1024),
    source           TEXT CHECK (length(CAST(source AS BLOB)) BETWEEN 1 AND 1024),
    run_id           TEXT CHECK (length(CAST(run_id AS BLOB)) BETWEEN 1 AND 1024),
    test_name        TEXT NOT NULL CHECK (length(CAST(test_name AS BLOB)) BETWEEN 1 AND 1024),
    failure_reason   TEXT NOT NULL CHECK (length(CAST(failure_reason AS BLOB)) <= 65536),
    pattern_violated TEXT CHECK (length(CAST(pattern_violated AS BLOB)) BETWEEN 1 AND 1024),
    code_snippet     TEXT CHECK (length(CAST(code_snippet AS BLOB)) <= 65536),
    count            INTEGER NOT NULL CHECK (count >= 1),
    timestamp        TEXT NOT NULL CHECK (timestamp GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND timestamp >= '1970')
) STRICT;

CREATE TABLE metrics_code_reviews (
    id              INTEGER PRIMARY KEY,
    event_key       TEXT NOT NULL UNIQUE CHECK (length(CAST(event_key AS BLOB)) = 64),
    organization_id INTEGER REFERENCES organizations (id),
    project         TEXT CHECK (length(CAST(project AS BLOB)) BETWEEN 1 AND 1024),
    source          TEXT CHECK (length(CAST(source AS BLOB)) BETWEEN 1 AND 1024),
    run_id          TEXT CHECK (length(CAST(run_id AS BLOB)) BETWEEN 1 AND 1024),
    issue_type      TEXT NOT NULL CHECK (length(CAST(issue_type AS BLOB)) BETWEEN 1 AND 1024),
    pattern         TEXT NOT NULL CHECK (length(CAST(pattern AS BLOB)) BETWEEN 1 AND 1024),
    severity        TEXT NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'critical')),
    file_path       TEXT CHECK (length(CAST(file_path AS BLOB)) BETWEEN 1 AND 1024),
    line            INTEGER CHECK (line >= 0),
    suggestion      TEXT CHECK (length(CAST(suggestion AS BLOB)) <= 65536),
    count           INTEGER NOT NULL CHECK (count >= 1),
    timestamp       TEXT NOT NULL CHECK (timestamp GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND timestamp >= '1970')
) STRICT;

CREATE TABLE metrics_performance (
    id                 INTEGER PRIMARY KEY,
    event_key          TEXT NOT NULL UNIQUE CHECK (length(CAST(event_key AS BLOB)) = 64),
    organization_id    INTEGER REFERENCES organizations (id),
    project            TEXT CHECK (length(CAST(project AS BLOB)) BETWEEN 1 AND 1024),
    source             TEXT CHECK (length(CAST(source AS BLOB)) BETWEEN 1 AND 1024),
    run_id             TEXT CHECK (length(CAST(run_id AS BLOB)) BETWEEN 1 AND 1024),
    metric_type        TEXT NOT NULL CHECK (length(CAST(metric_type AS BLOB)) BETWEEN 1 AND 1024),
    details            TEXT CHECK (json_type(details) = 'object'),
    function_name      TEXT CHECK (length(CAST(function_name AS BLOB)) BETWEEN 1 AND 1024),
    execution_time_ms  REAL CHECK (execution_time_ms >= 0 AND execution_time_ms <= 1.7976931348623157e308),
    memory_usage_bytes INTEGER CHECK (memory_usage_bytes >= 0),
    file_size_bytes    INTEGER CHECK (file_size_bytes >= 0),
    timestamp          TEXT NOT NULL CHECK (timestamp GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND timestamp >= '1970')
) STRICT;

CREATE TABLE metrics_deployment (
    id                      INTEGER PRIMARY KEY,
    event_key               TEXT NOT NULL UNIQUE CHECK (length(CAST(event_key AS BLOB)) = 64),
    organization_id         INTEGER REFERENCES organizations (id),
    project                 TEXT CHECK (length(CAST(project AS BLOB)) BETWEEN 1 AND 1024),
    source                  TEXT CHECK (length(CAST(source AS BLOB)) BETWEEN 1 AND 1024),
    run_id                  TEXT CHECK (length(CAST(run_id AS BLOB)) BETWEEN 1 AND 1024),
    issue_type              TEXT CHECK (length(CAST(issue_type AS BLOB)) BETWEEN 1 AND 1024),
    pattern                 TEXT CHECK (length(CAST(pattern AS BLOB)) BETWEEN 1 AND 1024),
    environment             TEXT NOT NULL CHECK (length(CAST(environment AS BLOB)) BETWEEN 1 AND 1024),
    root_cause              TEXT CHECK (length(CAST(root_cause AS BLOB)) <= 65536),
    resolution_time_minutes INTEGER CHECK (resolution_time_minutes >= 0),
    count                   INTEGER NOT NULL CHECK (count >= 1),
    timestamp               TEXT NOT NULL CHECK (timestamp GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND timestamp >= '1970')
) STRICT;

CREATE TABLE metrics_code_generation (
    id                  INTEGER PRIMARY KEY,
    event_key           TEXT NOT NULL UNIQUE CHECK (length(CAST(event_key AS BLOB)) = 64),
    organization_id     INTEGER REFERENCES organizations (id),
    project             TEXT CHECK (length(CAST(project AS BLOB)) BETWEEN 1 AND 1024),
    source              TEXT CHECK (length(CAST(source AS BLOB)) BETWEEN 1 AND 1024),
    run_id              TEXT CHECK (length(CAST(run_id AS BLOB)) BETWEEN 1 AND 1024),
    prompt              TEXT NOT NULL CHECK (length(CAST(prompt AS BLOB)) <= 65536),
    patterns_applied    TEXT CHECK (json_type(patterns_applied) = 'array'),
    patterns_count      INTEGER CHECK (patterns_count >= 0),
    confidence          REAL CHECK (confidence >= 0 AND confidence <= 1),
    success             INTEGER CHECK (success IN (0, 1)),
    code_length         INTEGER CHECK (code_length >= 0),
    compilation_error   TEXT CHECK (length(CAST(compilation_error AS BLOB)) <= 65536),
    generation_metadata TEXT CHECK (json_type(generation_metadata) = 'object'),
    timestamp           TEXT NOT NULL CHECK (timestamp GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND timestamp >= '1970')
) STRICT;

CREATE TABLE pattern_effectiveness (
    id                  INTEGER PRIMARY KEY,
    pattern_name        TEXT NOT NULL CHECK (length(CAST(pattern_name AS BLOB)) BETWEEN 1 AND 1024),
    application_count   INTEGER CHECK (application_count >= 0),
    success_count       INTEGER CHECK (success_count >= 0),
    failure_count       INTEGER CHECK (failure_count >= 0),
    effectiveness_score REAL CHECK (effectiveness_score >= 0 AND effectiveness_score <= 1),
    period_start        TEXT NOT NULL CHECK (period_start GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND period_start >= '1970'),
    period_end          TEXT NOT NULL CHECK (period_end GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND period_end >= '1970')
) STRICT;

CREATE TABLE metrics_summary (
    id                    INTEGER PRIMARY KEY,
    metric_type           TEXT NOT NULL CHECK (length(CAST(metric_type AS BLOB)) BETWEEN 1 AND 1024),
    summary_date          TEXT NOT NULL CHECK (summary_date GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND summary_date >= '1970'),
    total_count           INTEGER CHECK (total_count >= 0),
    high_severity_count   INTEGER CHECK (high_severity_count >= 0),
    medium_severity_count INTEGER CHECK (medium_severity_count >= 0),
    low_severity_count    INTEGER CHECK (low_severity_count >= 0),
    top_pattern           TEXT CHECK (length(CAST(top_pattern AS BLOB)) BETWEEN 1 AND 1024),
    top_pattern_count     INTEGER CHECK (top_pattern_count >= 0),
    trend_direction       TEXT CHECK (trend_direction IN ('increasing', 'decreasing', 'stable')),
    week_over_week_change REAL CHECK (week_over_week_change >= -1.7976931348623157e308 AND week_over_week_change <= 1.7976931348623157e308)
) STRICT;

-- Every KPI and every page reads the generations of a period; the columns
-- behind the time answer the success rate and the calibration without the row.
CREATE INDEX metrics_code_generation_time ON metrics_code_generation (timestamp, success, confidence);
