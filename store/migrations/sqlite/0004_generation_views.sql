-- v_generations: the generations of models, once as a whole (whole = 1,
-- pattern NULL) and once for each pattern applied (whole = 0). A filter that
-- picks one pattern so picks one row for each generation that applied it;
-- metrics count whole rows where there are any. Entries read out of a plan are
-- no generations. An error that is nothing but white space is none; its type is
-- what stands before the first colon, if that is the name of a class.

CREATE VIEW v_generations AS
WITH generations AS NOT MATERIALIZED (
    SELECT
        g.id,
        g.timestamp,
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
    FROM metrics_code_generation AS g
    LEFT JOIN organizations AS o ON o.id = g.organization_id
    WHERE COALESCE(g.source, '') <> 'plan_file'
      AND COALESCE(g.generation_metadata ->> 'source', '') <> 'plan_file'
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
    organization
FROM facts;
