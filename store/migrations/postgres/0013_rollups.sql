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

CREATE TABLE public.fl_rollups (
    table_name   text PRIMARY KEY,
    last_id      bigint NOT NULL DEFAULT 0,
    sample_below text NOT NULL DEFAULT 'g'
);
INSERT INTO public.fl_rollups (table_name) VALUES
    ('metrics_bugs'), ('metrics_code_generation'), ('metrics_code_reviews'),
    ('metrics_deployment'), ('metrics_performance'), ('metrics_test_failures');

CREATE TABLE public.fl_generation_days (
    facet            text NOT NULL CHECK (facet IN ('all', 'patterns', 'confidence', 'error')),
    day              timestamptz NOT NULL,
    organization_id  bigint NOT NULL,
    project          text NOT NULL,
    source           text NOT NULL,
    whole            bigint NOT NULL CHECK (whole IN (0, 1)),
    pattern          text NOT NULL,
    value            text NOT NULL,
    generated        bigint NOT NULL,
    known            bigint NOT NULL,
    succeeded        bigint NOT NULL,
    confidence_known bigint NOT NULL,
    confidence_sum   double precision NOT NULL,
    confident        bigint NOT NULL,
    counted          bigint NOT NULL,
    patterns_sum     bigint NOT NULL,
    in_range         bigint NOT NULL,
    errors           bigint NOT NULL,
    PRIMARY KEY (facet, day, organization_id, project, source, whole, pattern, value)
);

CREATE TABLE public.fl_detection_days (
    kind            text NOT NULL,
    day             timestamptz NOT NULL,
    organization_id bigint NOT NULL,
    project         text NOT NULL,
    pattern         text NOT NULL,
    severity        text NOT NULL,
    test_name       text NOT NULL,
    found           bigint NOT NULL,
    occurrences     bigint NOT NULL,
    PRIMARY KEY (day, kind, organization_id, project, pattern, severity, test_name)
);

CREATE TABLE public.fl_pattern_days (
    kind    text NOT NULL,
    day     timestamptz NOT NULL,
    pattern text NOT NULL,
    found   bigint NOT NULL,
    PRIMARY KEY (day, kind, pattern)
);

CREATE TABLE public.fl_performance_days (
    metric_type     text NOT NULL,
    day             timestamptz NOT NULL,
    organization_id bigint NOT NULL,
    project         text NOT NULL,
    source          text NOT NULL,
    function_name   text NOT NULL,
    measured        bigint NOT NULL,
    timed           bigint NOT NULL,
    ms_sum          double precision NOT NULL,
    weighed         bigint NOT NULL,
    memory_sum      double precision NOT NULL,
    sized           bigint NOT NULL,
    file_sum        double precision NOT NULL,
    PRIMARY KEY (metric_type, day, organization_id, project, source, function_name)
);

-- Which rows the rollup made, and may make anew.
ALTER TABLE public.pattern_effectiveness ADD COLUMN rolled_up boolean NOT NULL DEFAULT false;
ALTER TABLE public.metrics_summary ADD COLUMN rolled_up boolean NOT NULL DEFAULT false;
CREATE INDEX metrics_summary_day ON public.metrics_summary (metric_type, summary_date);

-- v_generations: as before. fl_generations: the same and what rollups need.
-- Where only what is behind a limit is asked for, the second bound tells the
-- planner that this is little, so that it uses the index.

DROP VIEW public.v_generations;

CREATE VIEW public.fl_generations AS
WITH generations AS NOT MATERIALIZED (
    SELECT
        g.id,
        g.event_key,
        g.timestamp,
        g.organization_id,
        date_trunc('week', g.timestamp AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS week,
        g.confidence,
        CASE WHEN g.success THEN 1.0::double precision WHEN NOT g.success THEN 0.0 END AS success_num,
        CASE WHEN g.success THEN 'Success' WHEN NOT g.success THEN 'Failure' ELSE 'Unknown' END AS outcome,
        g.patterns_applied,
        COALESCE(g.patterns_count, jsonb_array_length(g.patterns_applied)) AS patterns_count,
        NULLIF(btrim(g.compilation_error, E'\t\n\u000B\f\r \u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000'), '') AS error_text,
        g.code_length,
        COALESCE(g.project, '(none)') AS project,
        COALESCE(g.source, '(none)') AS source,
        g.run_id,
        COALESCE(o.name, '(none)') AS organization
    FROM public.metrics_code_generation AS g
    LEFT JOIN api.organizations AS o ON o.id = g.organization_id
    WHERE COALESCE(g.source, '') <> 'plan_file'
      AND COALESCE(g.metadata_source, '') <> 'plan_file'
),
facts AS NOT MATERIALIZED (
    SELECT g.*, split_part(error_text, ':', 1) AS error_class, NULL::text AS pattern, 1 AS whole
    FROM generations AS g
    UNION ALL
    SELECT g.*, split_part(error_text, ':', 1), p.pattern, 0
    FROM generations AS g
    CROSS JOIN LATERAL (SELECT DISTINCT jsonb_array_elements_text(g.patterns_applied) AS pattern) AS p
)
SELECT
    id,
    timestamp,
    week,
    to_char(week AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS week_label,
    pattern,
    whole,
    confidence,
    CASE
        WHEN confidence >= 0.9 THEN 0.9::double precision
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
    CASE WHEN patterns_count >= 7 THEN '7+' ELSE CAST(patterns_count AS text) END AS patterns_bucket,
    CASE WHEN error_text IS NULL THEN 0.0::double precision ELSE 1.0 END AS has_error,
    CASE
        WHEN error_class ~ '^[A-Za-z0-9_.]*(Error|Exception)$' THEN error_class
        WHEN error_text IS NOT NULL THEN 'Other'
    END AS error_type,
    code_length,
    project,
    source,
    run_id,
    organization,
    organization_id,
    event_key
FROM facts;

CREATE VIEW public.v_generations AS
SELECT
    id, timestamp, week, week_label, pattern, whole, confidence, confidence_bin, success_num, outcome, patterns_count,
    patterns_bucket, has_error, error_type, code_length, project, source, run_id, organization
FROM public.fl_generations;

-- fl_generation_rows: what each row of v_generations adds to the sums of a day.

CREATE VIEW public.fl_generation_rows AS
SELECT
    id, date_trunc('day', timestamp AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS day, organization_id,
    project, source, pattern, whole, patterns_bucket, confidence_bin, error_type,
    1::bigint AS generated,
    CASE WHEN success_num IS NOT NULL THEN 1::bigint ELSE 0 END AS known,
    CASE WHEN success_num = 1 THEN 1::bigint ELSE 0 END AS succeeded,
    CASE WHEN confidence IS NOT NULL THEN 1::bigint ELSE 0 END AS confidence_known,
    COALESCE(confidence, 0.0) AS confidence_sum,
    CASE WHEN confidence >= 0.75 THEN 1::bigint ELSE 0 END AS confident,
    CASE WHEN patterns_count IS NOT NULL THEN 1::bigint ELSE 0 END AS counted,
    COALESCE(patterns_count, 0) AS patterns_sum,
    CASE WHEN patterns_count BETWEEN 2 AND 5 THEN 1::bigint ELSE 0 END AS in_range,
    CASE WHEN has_error = 1 THEN 1::bigint ELSE 0 END AS errors
FROM public.fl_generations;

-- What charts read: generations by day, and by day and number of patterns, tenth
-- of confidence or type of error. Of these the first two leave out unknown
-- outcomes.

CREATE VIEW public.v_generation_days AS
WITH facts AS NOT MATERIALIZED (
    SELECT
        day, NULLIF(organization_id, 0) AS organization_id, project, source, CASE WHEN whole = 0 THEN pattern END AS pattern, whole,
        generated, known, succeeded, confidence_known, confidence_sum, confident, counted, patterns_sum, in_range, errors
    FROM public.fl_generation_days
    WHERE facet = 'all'
    UNION ALL
    SELECT
        day, organization_id, project, source, pattern, whole,
        generated, known, succeeded, confidence_known, confidence_sum, confident, counted, patterns_sum, in_range, errors
    FROM public.fl_generation_rows
    WHERE id > (SELECT last_id FROM public.fl_rollups WHERE table_name = 'metrics_code_generation') AND id <= 9223372036854775807
)
SELECT
    f.day AS timestamp,
    date_trunc('week', f.day AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS week,
    to_char(date_trunc('week', f.day AT TIME ZONE 'UTC'), 'YYYY-MM-DD') AS week_label,
    f.project,
    f.source,
    COALESCE(o.name, '(none)') AS organization,
    f.pattern,
    f.whole,
    f.generated, f.known, f.succeeded, f.confidence_known, f.confidence_sum, f.confident, f.counted, f.patterns_sum, f.in_range, f.errors
FROM facts AS f
LEFT JOIN api.organizations AS o ON o.id = f.organization_id;

CREATE VIEW public.v_generation_loads AS
WITH facts AS NOT MATERIALIZED (
    SELECT
        day, NULLIF(organization_id, 0) AS organization_id, project, source, CASE WHEN whole = 0 THEN pattern END AS pattern, whole,
        value AS patterns_bucket,
        generated, known, succeeded, confidence_known, confidence_sum, confident, counted, patterns_sum, in_range, errors
    FROM public.fl_generation_days
    WHERE facet = 'patterns'
    UNION ALL
    SELECT
        day, organization_id, project, source, pattern, whole,
        patterns_bucket,
        generated, known, succeeded, confidence_known, confidence_sum, confident, counted, patterns_sum, in_range, errors
    FROM public.fl_generation_rows
    WHERE id > (SELECT last_id FROM public.fl_rollups WHERE table_name = 'metrics_code_generation') AND id <= 9223372036854775807
      AND patterns_bucket IS NOT NULL AND known = 1
)
SELECT
    f.day AS timestamp,
    date_trunc('week', f.day AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS week,
    to_char(date_trunc('week', f.day AT TIME ZONE 'UTC'), 'YYYY-MM-DD') AS week_label,
    f.project,
    f.source,
    COALESCE(o.name, '(none)') AS organization,
    f.pattern,
    f.whole,
    f.patterns_bucket,
    f.generated, f.known, f.succeeded, f.confidence_known, f.confidence_sum, f.confident, f.counted, f.patterns_sum, f.in_range, f.errors
FROM facts AS f
LEFT JOIN api.organizations AS o ON o.id = f.organization_id;

CREATE VIEW public.v_generation_confidence AS
WITH facts AS NOT MATERIALIZED (
    SELECT
        day, NULLIF(organization_id, 0) AS organization_id, project, source, CASE WHEN whole = 0 THEN pattern END AS pattern, whole,
        CAST(value AS double precision) AS confidence_bin,
        generated, known, succeeded, confidence_known, confidence_sum, confident, counted, patterns_sum, in_range, errors
    FROM public.fl_generation_days
    WHERE facet = 'confidence'
    UNION ALL
    SELECT
        day, organization_id, project, source, pattern, whole,
        confidence_bin,
        generated, known, succeeded, confidence_known, confidence_sum, confident, counted, patterns_sum, in_range, errors
    FROM public.fl_generation_rows
    WHERE id > (SELECT last_id FROM public.fl_rollups WHERE table_name = 'metrics_code_generation') AND id <= 9223372036854775807
      AND confidence_bin IS NOT NULL AND known = 1
)
SELECT
    f.day AS timestamp,
    date_trunc('week', f.day AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS week,
    to_char(date_trunc('week', f.day AT TIME ZONE 'UTC'), 'YYYY-MM-DD') AS week_label,
    f.project,
    f.source,
    COALESCE(o.name, '(none)') AS organization,
    f.pattern,
    f.whole,
    f.confidence_bin,
    f.generated, f.known, f.succeeded, f.confidence_known, f.confidence_sum, f.confident, f.counted, f.patterns_sum, f.in_range, f.errors
FROM facts AS f
LEFT JOIN api.organizations AS o ON o.id = f.organization_id;

CREATE VIEW public.v_generation_errors AS
WITH facts AS NOT MATERIALIZED (
    SELECT
        day, NULLIF(organization_id, 0) AS organization_id, project, source, CASE WHEN whole = 0 THEN pattern END AS pattern, whole,
        value AS error_type,
        generated, known, succeeded, confidence_known, confidence_sum, confident, counted, patterns_sum, in_range, errors
    FROM public.fl_generation_days
    WHERE facet = 'error'
    UNION ALL
    SELECT
        day, organization_id, project, source, pattern, whole,
        error_type,
        generated, known, succeeded, confidence_known, confidence_sum, confident, counted, patterns_sum, in_range, errors
    FROM public.fl_generation_rows
    WHERE id > (SELECT last_id FROM public.fl_rollups WHERE table_name = 'metrics_code_generation') AND id <= 9223372036854775807
      AND error_type IS NOT NULL
)
SELECT
    f.day AS timestamp,
    date_trunc('week', f.day AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS week,
    to_char(date_trunc('week', f.day AT TIME ZONE 'UTC'), 'YYYY-MM-DD') AS week_label,
    f.project,
    f.source,
    COALESCE(o.name, '(none)') AS organization,
    f.pattern,
    f.whole,
    f.error_type,
    f.generated, f.known, f.succeeded, f.confidence_known, f.confidence_sum, f.confident, f.counted, f.patterns_sum, f.in_range, f.errors
FROM facts AS f
LEFT JOIN api.organizations AS o ON o.id = f.organization_id;

-- v_generation_sample: v_generations of a random sample of the generations, or of
-- all of them where they are few. A key is as good as random.

CREATE VIEW public.v_generation_sample AS
WITH sampled AS NOT MATERIALIZED (
    SELECT
        g.id,
        g.timestamp,
        g.confidence,
        CASE WHEN g.success THEN 1.0::double precision WHEN NOT g.success THEN 0.0 END AS success_num,
        CASE WHEN g.success THEN 'Success' WHEN NOT g.success THEN 'Failure' ELSE 'Unknown' END AS outcome,
        g.patterns_applied,
        COALESCE(g.project, '(none)') AS project,
        COALESCE(g.source, '(none)') AS source,
        COALESCE(o.name, '(none)') AS organization
    FROM public.metrics_code_generation AS g
    LEFT JOIN api.organizations AS o ON o.id = g.organization_id
    WHERE g.event_key >= ''
      AND g.event_key < (SELECT sample_below FROM public.fl_rollups WHERE table_name = 'metrics_code_generation')
      AND COALESCE(g.source, '') <> 'plan_file'
      AND COALESCE(g.metadata_source, '') <> 'plan_file'
)
SELECT id, timestamp, project, source, organization, NULL::text AS pattern, 1 AS whole, confidence, success_num, outcome
FROM sampled
UNION ALL
SELECT s.id, s.timestamp, s.project, s.source, s.organization, p.pattern, 0, s.confidence, s.success_num, s.outcome
FROM sampled AS s
CROSS JOIN LATERAL (SELECT DISTINCT jsonb_array_elements_text(s.patterns_applied) AS pattern) AS p;

-- fl_detections: the rollup of detections and those behind it.

CREATE VIEW public.fl_detections AS
SELECT
    kind, day, NULLIF(organization_id, 0) AS organization_id, NULLIF(project, '') AS project, NULLIF(pattern, '') AS pattern,
    NULLIF(severity, '') AS severity, NULLIF(test_name, '') AS test_name, found, occurrences
FROM public.fl_detection_days
UNION ALL
SELECT 'Bug', date_trunc('day', timestamp AT TIME ZONE 'UTC') AT TIME ZONE 'UTC', organization_id, project, pattern, NULL, NULL, 1::bigint, count
FROM public.metrics_bugs
WHERE id > (SELECT last_id FROM public.fl_rollups WHERE table_name = 'metrics_bugs') AND id <= 9223372036854775807
UNION ALL
SELECT 'Test failure', date_trunc('day', timestamp AT TIME ZONE 'UTC') AT TIME ZONE 'UTC', organization_id, project, pattern_violated, NULL, test_name, 1::bigint, count
FROM public.metrics_test_failures
WHERE id > (SELECT last_id FROM public.fl_rollups WHERE table_name = 'metrics_test_failures') AND id <= 9223372036854775807
UNION ALL
SELECT 'Review issue', date_trunc('day', timestamp AT TIME ZONE 'UTC') AT TIME ZONE 'UTC', organization_id, project, pattern, severity, NULL, 1::bigint, count
FROM public.metrics_code_reviews
WHERE id > (SELECT last_id FROM public.fl_rollups WHERE table_name = 'metrics_code_reviews') AND id <= 9223372036854775807
UNION ALL
SELECT 'Deployment issue', date_trunc('day', timestamp AT TIME ZONE 'UTC') AT TIME ZONE 'UTC', organization_id, project, pattern, NULL, NULL, 1::bigint, count
FROM public.metrics_deployment
WHERE id > (SELECT last_id FROM public.fl_rollups WHERE table_name = 'metrics_deployment') AND id <= 9223372036854775807;

-- v_detection_days: v_detections by day. Found is how many rows there are alike.

CREATE VIEW public.v_detection_days AS
SELECT
    f.kind,
    f.day AS timestamp,
    date_trunc('week', f.day AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS week,
    to_char(date_trunc('week', f.day AT TIME ZONE 'UTC'), 'YYYY-MM-DD') AS week_label,
    COALESCE(f.pattern, '(none)') AS pattern,
    COALESCE(h.category, '(none)') AS category,
    COALESCE(f.severity, h.severity, '(none)') AS severity,
    f.test_name,
    f.found,
    f.occurrences,
    COALESCE(f.project, '(none)') AS project,
    COALESCE(o.name, '(none)') AS organization
FROM public.fl_detections AS f
LEFT JOIN public.fl_pattern_heads AS h ON h.pattern = f.pattern AND h.organization_id = COALESCE(f.organization_id, 0)
LEFT JOIN api.organizations AS o ON o.id = f.organization_id;

-- v_performance_days: v_performance by day, with sums and of how many each is.

CREATE VIEW public.v_performance_days AS
WITH facts AS NOT MATERIALIZED (
    SELECT
        metric_type, day, NULLIF(organization_id, 0) AS organization_id, NULLIF(project, '') AS project, NULLIF(source, '') AS source,
        NULLIF(function_name, '') AS function_name, measured, timed, ms_sum, weighed, memory_sum, sized, file_sum
    FROM public.fl_performance_days
    UNION ALL
    SELECT
        metric_type, date_trunc('day', timestamp AT TIME ZONE 'UTC') AT TIME ZONE 'UTC', organization_id, project, source, function_name, 1::bigint,
        CASE WHEN execution_time_ms IS NOT NULL THEN 1::bigint ELSE 0 END, COALESCE(execution_time_ms, 0.0),
        CASE WHEN memory_usage_bytes IS NOT NULL THEN 1::bigint ELSE 0 END, CAST(COALESCE(memory_usage_bytes, 0) AS double precision),
        CASE WHEN file_size_bytes IS NOT NULL THEN 1::bigint ELSE 0 END, CAST(COALESCE(file_size_bytes, 0) AS double precision)
    FROM public.metrics_performance
    WHERE id > (SELECT last_id FROM public.fl_rollups WHERE table_name = 'metrics_performance') AND id <= 9223372036854775807
)
SELECT
    f.metric_type,
    f.day AS timestamp,
    date_trunc('week', f.day AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS week,
    to_char(date_trunc('week', f.day AT TIME ZONE 'UTC'), 'YYYY-MM-DD') AS week_label,
    COALESCE(f.function_name, '(none)') AS function_name,
    COALESCE(f.project, '(none)') AS project,
    COALESCE(f.source, '(none)') AS source,
    COALESCE(o.name, '(none)') AS organization,
    f.measured, f.timed, f.ms_sum, f.weighed, f.memory_sum, f.sized, f.file_sum
FROM facts AS f
LEFT JOIN api.organizations AS o ON o.id = f.organization_id;

DO $$
BEGIN
    IF current_setting('server_version_num')::int >= 150000 THEN
        ALTER VIEW public.fl_generations SET (security_invoker = true);
        ALTER VIEW public.v_generations SET (security_invoker = true);
        ALTER VIEW public.fl_generation_rows SET (security_invoker = true);
        ALTER VIEW public.v_generation_days SET (security_invoker = true);
        ALTER VIEW public.v_generation_loads SET (security_invoker = true);
        ALTER VIEW public.v_generation_confidence SET (security_invoker = true);
        ALTER VIEW public.v_generation_errors SET (security_invoker = true);
        ALTER VIEW public.v_generation_sample SET (security_invoker = true);
        ALTER VIEW public.fl_detections SET (security_invoker = true);
        ALTER VIEW public.v_detection_days SET (security_invoker = true);
        ALTER VIEW public.v_performance_days SET (security_invoker = true);
    END IF;
END
$$;
