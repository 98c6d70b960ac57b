-- Rollups: what events add up to by day, so that a page costs what its days
-- cost and not what its events do. DB.Rollup fills them; the views add the events
-- behind the last one that was rolled up, so that what they show is never old.
-- Texts and organizations that nobody said are '' and 0 in the tables.
--
-- fl_rollups: up to which id the events of a table are rolled up; of generations
-- also the sample: those whose key sorts before sample_below.
-- fl_generation_days: generations by day, as a whole and for each pattern, once
-- for each facet: all of them, those with a known outcome by the number of their
-- patterns and by the tenth of their confidence, those with an error by its type.
-- All facets at once would leave nearly as many rows as there are generations.
-- fl_detection_days: bugs, failed tests, review findings and deployment issues.
-- fl_pattern_days: the same detections by pattern alone.
-- fl_performance_days: measurements.

CREATE TABLE fl_rollups (
    table_name   TEXT PRIMARY KEY,
    last_id      INTEGER NOT NULL DEFAULT 0,
    sample_below TEXT NOT NULL DEFAULT 'g'
) STRICT;
INSERT INTO fl_rollups (table_name) VALUES
    ('metrics_bugs'), ('metrics_code_generation'), ('metrics_code_reviews'),
    ('metrics_deployment'), ('metrics_performance'), ('metrics_test_failures');

CREATE TABLE fl_generation_days (
    facet            TEXT NOT NULL CHECK (facet IN ('all', 'patterns', 'confidence', 'error')),
    day              TEXT NOT NULL CHECK (day GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] 00:00:00.000000'),
    organization_id  INTEGER NOT NULL,
    project          TEXT NOT NULL,
    source           TEXT NOT NULL,
    whole            INTEGER NOT NULL CHECK (whole IN (0, 1)),
    pattern          TEXT NOT NULL,
    value            TEXT NOT NULL,
    generated        INTEGER NOT NULL,
    known            INTEGER NOT NULL,
    succeeded        INTEGER NOT NULL,
    confidence_known INTEGER NOT NULL,
    confidence_sum   REAL NOT NULL,
    confident        INTEGER NOT NULL,
    counted          INTEGER NOT NULL,
    patterns_sum     INTEGER NOT NULL,
    in_range         INTEGER NOT NULL,
    errors           INTEGER NOT NULL,
    PRIMARY KEY (facet, day, organization_id, project, source, whole, pattern, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE fl_detection_days (
    kind            TEXT NOT NULL,
    day             TEXT NOT NULL CHECK (day GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] 00:00:00.000000'),
    organization_id INTEGER NOT NULL,
    project         TEXT NOT NULL,
    pattern         TEXT NOT NULL,
    severity        TEXT NOT NULL,
    test_name       TEXT NOT NULL,
    found           INTEGER NOT NULL,
    occurrences     INTEGER NOT NULL,
    PRIMARY KEY (day, kind, organization_id, project, pattern, severity, test_name)
) STRICT, WITHOUT ROWID;

CREATE TABLE fl_pattern_days (
    kind    TEXT NOT NULL,
    day     TEXT NOT NULL CHECK (day GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] 00:00:00.000000'),
    pattern TEXT NOT NULL,
    found   INTEGER NOT NULL,
    PRIMARY KEY (day, kind, pattern)
) STRICT, WITHOUT ROWID;

CREATE TABLE fl_performance_days (
    metric_type     TEXT NOT NULL,
    day             TEXT NOT NULL CHECK (day GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] 00:00:00.000000'),
    organization_id INTEGER NOT NULL,
    project         TEXT NOT NULL,
    source          TEXT NOT NULL,
    function_name   TEXT NOT NULL,
    measured        INTEGER NOT NULL,
    timed           INTEGER NOT NULL,
    ms_sum          REAL NOT NULL,
    weighed         INTEGER NOT NULL,
    memory_sum      REAL NOT NULL,
    sized           INTEGER NOT NULL,
    file_sum        REAL NOT NULL,
    PRIMARY KEY (metric_type, day, organization_id, project, source, function_name)
) STRICT, WITHOUT ROWID;

-- Which rows the rollup made, and may make anew.
ALTER TABLE pattern_effectiveness ADD COLUMN rolled_up INTEGER NOT NULL DEFAULT 0 CHECK (rolled_up IN (0, 1));
ALTER TABLE metrics_summary ADD COLUMN rolled_up INTEGER NOT NULL DEFAULT 0 CHECK (rolled_up IN (0, 1));
CREATE INDEX metrics_summary_day ON metrics_summary (metric_type, summary_date);

-- v_generations: as before. fl_generations: the same and what rollups need. Its
-- limits are columns, because SQLite looks for what lies behind a column only.

DROP VIEW v_generations;

CREATE VIEW fl_generations AS
WITH generations AS NOT MATERIALIZED (
    SELECT
        g.id,
        g.event_key,
        r.last_id,
        g.timestamp,
        g.organization_id,
        date(g.timestamp, '-' || ((strftime('%w', g.timestamp) + 6) % 7) || ' days') || ' 00:00:00.000000' AS week,
        g.confidence,
        CASE WHEN g.success = 1 THEN 1.0 WHEN g.success = 0 THEN 0.0 END AS success_num,
        CASE WHEN g.success = 1 THEN 'Success' WHEN g.success = 0 THEN 'Failure' ELSE 'Unknown' END AS outcome,
        g.patterns_applied,
        COALESCE(g.patterns_count, json_array_length(g.patterns_applied)) AS patterns_count,
        NULLIF(trim(g.compilation_error, char(9, 10, 11, 12, 13, 32, 133, 160, 5760, 8192, 8193, 8194, 8195, 8196, 8197, 8198, 8199, 8200, 8201, 8202, 8232, 8233, 8239, 8287, 12288)), '') AS error_text,
        g.code_length,
        COALESCE(g.project, '(none)') AS project,
        COALESCE(g.source, '(none)') AS source,
        g.run_id,
        COALESCE(o.name, '(none)') AS organization
    FROM fl_rollups AS r
    CROSS JOIN metrics_code_generation AS g
    LEFT JOIN organizations AS o ON o.id = g.organization_id
    WHERE r.table_name = 'metrics_code_generation'
      AND COALESCE(g.source, '') <> 'plan_file'
      AND COALESCE(g.metadata_source, '') <> 'plan_file'
),
facts AS NOT MATERIALIZED (
    SELECT g.*, substr(error_text, 1, instr(error_text || ':', ':') - 1) AS error_class, NULL AS pattern, 1 AS whole
    FROM generations AS g
    UNION ALL
    SELECT g.*, substr(error_text, 1, instr(error_text || ':', ':') - 1), p.value, 0
    FROM generations AS g, json_each(g.patterns_applied) AS p
    WHERE NOT EXISTS (
        SELECT 1 FROM json_each(g.patterns_applied) AS earlier
        WHERE earlier.value = p.value AND earlier.key < p.key
    )
)
SELECT
    id,
    timestamp,
    week,
    substr(week, 1, 10) AS week_label,
    pattern,
    whole,
    confidence,
    CASE
        WHEN confidence >= 0.9 THEN 0.9
        WHEN confidence >= 0.8 THEN 0.8
        WHEN confidence >= 0.7 THEN 0.7
        WHEN confidence >= 0.6 THEN 0.6
        WHEN confidence >= 0.5 THEN 0.5
        WHEN confidence >= 0.4 THEN 0.4
        WHEN confidence >= 0.3 THEN 0.3
        WHEN confidence >= 0.2 THEN 0.2
        WHEN confidence >= 0.1 THEN 0.1
        WHEN confidence >= 0.0 THEN 0.0
    END AS confidence_bin,
    success_num,
    outcome,
    patterns_count,
    CASE WHEN patterns_count >= 7 THEN '7+' ELSE CAST(patterns_count AS TEXT) END AS patterns_bucket,
    CASE WHEN error_text IS NULL THEN 0.0 ELSE 1.0 END AS has_error,
    CASE
        WHEN error_class NOT GLOB '*[^A-Za-z0-9_.]*' AND (error_class GLOB '*Error' OR error_class GLOB '*Exception') THEN error_class
        WHEN error_text IS NOT NULL THEN 'Other'
    END AS error_type,
    code_length,
    project,
    source,
    run_id,
    organization,
    organization_id,
    event_key,
    last_id
FROM facts;

CREATE VIEW v_generations AS
SELECT
    id, timestamp, week, week_label, pattern, whole, confidence, confidence_bin, success_num, outcome, patterns_count,
    patterns_bucket, has_error, error_type, code_length, project, source, run_id, organization
FROM fl_generations;

-- fl_generation_rows: what each row of v_generations adds to the sums of a day.

CREATE VIEW fl_generation_rows AS
SELECT
    id, last_id, substr(timestamp, 1, 10) || ' 00:00:00.000000' AS day, organization_id,
    project, source, pattern, whole, patterns_bucket, confidence_bin, error_type,
    1 AS generated,
    CASE WHEN success_num IS NOT NULL THEN 1 ELSE 0 END AS known,
    CASE WHEN success_num = 1 THEN 1 ELSE 0 END AS succeeded,
    CASE WHEN confidence IS NOT NULL THEN 1 ELSE 0 END AS confidence_known,
    COALESCE(confidence, 0.0) AS confidence_sum,
    CASE WHEN confidence >= 0.75 THEN 1 ELSE 0 END AS confident,
    CASE WHEN patterns_count IS NOT NULL THEN 1 ELSE 0 END AS counted,
    COALESCE(patterns_count, 0) AS patterns_sum,
    CASE WHEN patterns_count BETWEEN 2 AND 5 THEN 1 ELSE 0 END AS in_range,
    CASE WHEN has_error = 1 THEN 1 ELSE 0 END AS errors
FROM fl_generations;

-- What charts read: generations by day, and by day and number of patterns, tenth
-- of confidence or type of error. Of these the first two leave out unknown
-- outcomes.

CREATE VIEW v_generation_days AS
WITH facts AS NOT MATERIALIZED (
    SELECT
        day, NULLIF(organization_id, 0) AS organization_id, project, source, CASE WHEN whole = 0 THEN pattern END AS pattern, whole,
        generated, known, succeeded, confidence_known, confidence_sum, confident, counted, patterns_sum, in_range, errors
    FROM fl_generation_days
    WHERE facet = 'all'
    UNION ALL
    SELECT
        day, organization_id, project, source, pattern, whole,
        generated, known, succeeded, confidence_known, confidence_sum, confident, counted, patterns_sum, in_range, errors
    FROM fl_generation_rows
    WHERE id > last_id
)
SELECT
    f.day AS timestamp,
    date(f.day, '-' || ((strftime('%w', f.day) + 6) % 7) || ' days') || ' 00:00:00.000000' AS week,
    date(f.day, '-' || ((strftime('%w', f.day) + 6) % 7) || ' days') AS week_label,
    f.project,
    f.source,
    COALESCE(o.name, '(none)') AS organization,
    f.pattern,
    f.whole,
    f.generated, f.known, f.succeeded, f.confidence_known, f.confidence_sum, f.confident, f.counted, f.patterns_sum, f.in_range, f.errors
FROM facts AS f
LEFT JOIN organizations AS o ON o.id = f.organization_id;

CREATE VIEW v_generation_loads AS
WITH facts AS NOT MATERIALIZED (
    SELECT
        day, NULLIF(organization_id, 0) AS organization_id, project, source, CASE WHEN whole = 0 THEN pattern END AS pattern, whole,
        value AS patterns_bucket,
        generated, known, succeeded, confidence_known, confidence_sum, confident, counted, patterns_sum, in_range, errors
    FROM fl_generation_days
    WHERE facet = 'patterns'
    UNION ALL
    SELECT
        day, organization_id, project, source, pattern, whole,
        patterns_bucket,
        generated, known, succeeded, confidence_known, confidence_sum, confident, counted, patterns_sum, in_range, errors
    FROM fl_generation_rows
    WHERE id > last_id
      AND patterns_bucket IS NOT NULL AND known = 1
)
SELECT
    f.day AS timestamp,
    date(f.day, '-' || ((strftime('%w', f.day) + 6) % 7) || ' days') || ' 00:00:00.000000' AS week,
    date(f.day, '-' || ((strftime('%w', f.day) + 6) % 7) || ' days') AS week_label,
    f.project,
    f.source,
    COALESCE(o.name, '(none)') AS organization,
    f.pattern,
    f.whole,
    f.patterns_bucket,
    f.generated, f.known, f.succeeded, f.confidence_known, f.confidence_sum, f.confident, f.counted, f.patterns_sum, f.in_range, f.errors
FROM facts AS f
LEFT JOIN organizations AS o ON o.id = f.organization_id;

CREATE VIEW v_generation_confidence AS
WITH facts AS NOT MATERIALIZED (
    SELECT
        day, NULLIF(organization_id, 0) AS organization_id, project, source, CASE WHEN whole = 0 THEN pattern END AS pattern, whole,
        CAST(value AS REAL) AS confidence_bin,
        generated, known, succeeded, confidence_known, confidence_sum, confident, counted, patterns_sum, in_range, errors
    FROM fl_generation_days
    WHERE facet = 'confidence'
    UNION ALL
    SELECT
        day, organization_id, project, source, pattern, whole,
        confidence_bin,
        generated, known, succeeded, confidence_known, confidence_sum, confident, counted, patterns_sum, in_range, errors
    FROM fl_generation_rows
    WHERE id > last_id
      AND confidence_bin IS NOT NULL AND known = 1
)
SELECT
    f.day AS timestamp,
    date(f.day, '-' || ((strftime('%w', f.day) + 6) % 7) || ' days') || ' 00:00:00.000000' AS week,
    date(f.day, '-' || ((strftime('%w', f.day) + 6) % 7) || ' days') AS week_label,
    f.project,
    f.source,
    COALESCE(o.name, '(none)') AS organization,
    f.pattern,
    f.whole,
    f.confidence_bin,
    f.generated, f.known, f.succeeded, f.confidence_known, f.confidence_sum, f.confident, f.counted, f.patterns_sum, f.in_range, f.errors
FROM facts AS f
LEFT JOIN organizations AS o ON o.id = f.organization_id;

CREATE VIEW v_generation_errors AS
WITH facts AS NOT MATERIALIZED (
    SELECT
        day, NULLIF(organization_id, 0) AS organization_id, project, source, CASE WHEN whole = 0 THEN pattern END AS pattern, whole,
        value AS error_type,
        generated, known, succeeded, confidence_known, confidence_sum, confident, counted, patterns_sum, in_range, errors
    FROM fl_generation_days
    WHERE facet = 'error'
    UNION ALL
    SELECT
        day, organization_id, project, source, pattern, whole,
        error_type,
        generated, known, succeeded, confidence_known, confidence_sum, confident, counted, patterns_sum, in_range, errors
    FROM fl_generation_rows
    WHERE id > last_id
      AND error_type IS NOT NULL
)
SELECT
    f.day AS timestamp,
    date(f.day, '-' || ((strftime('%w', f.day) + 6) % 7) || ' days') || ' 00:00:00.000000' AS week,
    date(f.day, '-' || ((strftime('%w', f.day) + 6) % 7) || ' days') AS week_label,
    f.project,
    f.source,
    COALESCE(o.name, '(none)') AS organization,
    f.pattern,
    f.whole,
    f.error_type,
    f.generated, f.known, f.succeeded, f.confidence_known, f.confidence_sum, f.confident, f.counted, f.patterns_sum, f.in_range, f.errors
FROM facts AS f
LEFT JOIN organizations AS o ON o.id = f.organization_id;

-- v_generation_sample: v_generations of a random sample of the generations, or of
-- all of them where they are few. A key is as good as random.

CREATE VIEW v_generation_sample AS
WITH sampled AS NOT MATERIALIZED (
    SELECT
        g.id,
        +g.timestamp AS timestamp, -- the plus keeps SQLite from the index by time
        g.confidence,
        CASE WHEN g.success = 1 THEN 1.0 WHEN g.success = 0 THEN 0.0 END AS success_num,
        CASE WHEN g.success = 1 THEN 'Success' WHEN g.success = 0 THEN 'Failure' ELSE 'Unknown' END AS outcome,
        g.patterns_applied,
        COALESCE(g.project, '(none)') AS project,
        COALESCE(g.source, '(none)') AS source,
        COALESCE(o.name, '(none)') AS organization
    FROM fl_rollups AS r
    CROSS JOIN metrics_code_generation AS g
    LEFT JOIN organizations AS o ON o.id = g.organization_id
    WHERE r.table_name = 'metrics_code_generation'
      AND g.event_key < r.sample_below
      AND COALESCE(g.source, '') <> 'plan_file'
      AND COALESCE(g.metadata_source, '') <> 'plan_file'
)
SELECT id, timestamp, project, source, organization, NULL AS pattern, 1 AS whole, confidence, success_num, outcome
FROM sampled
UNION ALL
SELECT s.id, s.timestamp, s.project, s.source, s.organization, p.value, 0, s.confidence, s.success_num, s.outcome
FROM sampled AS s, json_each(s.patterns_applied) AS p
WHERE NOT EXISTS (
    SELECT 1 FROM json_each(s.patterns_applied) AS earlier
    WHERE earlier.value = p.value AND earlier.key < p.key
);

-- fl_detections: the rollup of detections and those behind it.

CREATE VIEW fl_detections AS
SELECT
    kind, day, NULLIF(organization_id, 0) AS organization_id, NULLIF(project, '') AS project, NULLIF(pattern, '') AS pattern,
    NULLIF(severity, '') AS severity, NULLIF(test_name, '') AS test_name, found, occurrences
FROM fl_detection_days
UNION ALL
SELECT 'Bug', substr(timestamp, 1, 10) || ' 00:00:00.000000', organization_id, project, pattern, NULL, NULL, 1, count
FROM metrics_bugs
WHERE id > (SELECT last_id FROM fl_rollups WHERE table_name = 'metrics_bugs')
UNION ALL
SELECT 'Test failure', substr(timestamp, 1, 10) || ' 00:00:00.000000', organization_id, project, pattern_violated, NULL, test_name, 1, count
FROM metrics_test_failures
WHERE id > (SELECT last_id FROM fl_rollups WHERE table_name = 'metrics_test_failures')
UNION ALL
SELECT 'Review issue', substr(timestamp, 1, 10) || ' 00:00:00.000000', organization_id, project, pattern, severity, NULL, 1, count
FROM metrics_code_reviews
WHERE id > (SELECT last_id FROM fl_rollups WHERE table_name = 'metrics_code_reviews')
UNION ALL
SELECT 'Deployment issue', substr(timestamp, 1, 10) || ' 00:00:00.000000', organization_id, project, pattern, NULL, NULL, 1, count
FROM metrics_deployment
WHERE id > (SELECT last_id FROM fl_rollups WHERE table_name = 'metrics_deployment');

-- v_detection_days: v_detections by day. Found is how many rows there are alike.

CREATE VIEW v_detection_days AS
SELECT
    f.kind,
    f.day AS timestamp,
    date(f.day, '-' || ((strftime('%w', f.day) + 6) % 7) || ' days') || ' 00:00:00.000000' AS week,
    date(f.day, '-' || ((strftime('%w', f.day) + 6) % 7) || ' days') AS week_label,
    COALESCE(f.pattern, '(none)') AS pattern,
    COALESCE(h.category, '(none)') AS category,
    COALESCE(f.severity, h.severity, '(none)') AS severity,
    f.test_name,
    f.found,
    f.occurrences,
    COALESCE(f.project, '(none)') AS project,
    COALESCE(o.name, '(none)') AS organization
FROM fl_detections AS f
LEFT JOIN fl_pattern_heads AS h ON h.pattern = f.pattern AND h.organization_id = COALESCE(f.organization_id, 0)
LEFT JOIN organizations AS o ON o.id = f.organization_id;

-- v_performance_days: v_performance by day, with sums and of how many each is.

CREATE VIEW v_performance_days AS
WITH facts AS NOT MATERIALIZED (
    SELECT
        metric_type, day, NULLIF(organization_id, 0) AS organization_id, NULLIF(project, '') AS project, NULLIF(source, '') AS source,
        NULLIF(function_name, '') AS function_name, measured, timed, ms_sum, weighed, memory_sum, sized, file_sum
    FROM fl_performance_days
    UNION ALL
    SELECT
        metric_type, substr(timestamp, 1, 10) || ' 00:00:00.000000', organization_id, project, source, function_name, 1,
        CASE WHEN execution_time_ms IS NOT NULL THEN 1 ELSE 0 END, COALESCE(execution_time_ms, 0.0),
        CASE WHEN memory_usage_bytes IS NOT NULL THEN 1 ELSE 0 END, CAST(COALESCE(memory_usage_bytes, 0) AS REAL),
        CASE WHEN file_size_bytes IS NOT NULL THEN 1 ELSE 0 END, CAST(COALESCE(file_size_bytes, 0) AS REAL)
    FROM metrics_performance
    WHERE id > (SELECT last_id FROM fl_rollups WHERE table_name = 'metrics_performance')
)
SELECT
    f.metric_type,
    f.day AS timestamp,
    date(f.day, '-' || ((strftime('%w', f.day) + 6) % 7) || ' days') || ' 00:00:00.000000' AS week,
    date(f.day, '-' || ((strftime('%w', f.day) + 6) % 7) || ' days') AS week_label,
    COALESCE(f.function_name, '(none)') AS function_name,
    COALESCE(f.project, '(none)') AS project,
    COALESCE(f.source, '(none)') AS source,
    COALESCE(o.name, '(none)') AS organization,
    f.measured, f.timed, f.ms_sum, f.weighed, f.memory_sum, f.sized, f.file_sum
FROM facts AS f
LEFT JOIN organizations AS o ON o.id = f.organization_id;

-- SQLite gives the ids of deleted rows to new ones when they were the highest.
-- Such a row must not seem rolled up.

CREATE TRIGGER fl_rollups_bugs AFTER DELETE ON metrics_bugs
WHEN OLD.id > COALESCE((SELECT MAX(id) FROM metrics_bugs), 0)
BEGIN
    UPDATE fl_rollups SET last_id = MIN(last_id, COALESCE((SELECT MAX(id) FROM metrics_bugs), 0))
    WHERE table_name = 'metrics_bugs';
END;

CREATE TRIGGER fl_rollups_code_generation AFTER DELETE ON metrics_code_generation
WHEN OLD.id > COALESCE((SELECT MAX(id) FROM metrics_code_generation), 0)
BEGIN
    UPDATE fl_rollups SET last_id = MIN(last_id, COALESCE((SELECT MAX(id) FROM metrics_code_generation), 0))
    WHERE table_name = 'metrics_code_generation';
END;

CREATE TRIGGER fl_rollups_code_reviews AFTER DELETE ON metrics_code_reviews
WHEN OLD.id > COALESCE((SELECT MAX(id) FROM metrics_code_reviews), 0)
BEGIN
    UPDATE fl_rollups SET last_id = MIN(last_id, COALESCE((SELECT MAX(id) FROM metrics_code_reviews), 0))
    WHERE table_name = 'metrics_code_reviews';
END;

CREATE TRIGGER fl_rollups_deployment AFTER DELETE ON metrics_deployment
WHEN OLD.id > COALESCE((SELECT MAX(id) FROM metrics_deployment), 0)
BEGIN
    UPDATE fl_rollups SET last_id = MIN(last_id, COALESCE((SELECT MAX(id) FROM metrics_deployment), 0))
    WHERE table_name = 'metrics_deployment';
END;

CREATE TRIGGER fl_rollups_performance AFTER DELETE ON metrics_performance
WHEN OLD.id > COALESCE((SELECT MAX(id) FROM metrics_performance), 0)
BEGIN
    UPDATE fl_rollups SET last_id = MIN(last_id, COALESCE((SELECT MAX(id) FROM metrics_performance), 0))
    WHERE table_name = 'metrics_performance';
END;

CREATE TRIGGER fl_rollups_test_failures AFTER DELETE ON metrics_test_failures
WHEN OLD.id > COALESCE((SELECT MAX(id) FROM metrics_test_failures), 0)
BEGIN
    UPDATE fl_rollups SET last_id = MIN(last_id, COALESCE((SELECT MAX(id) FROM metrics_test_failures), 0))
    WHERE table_name = 'metrics_test_failures';
END;
