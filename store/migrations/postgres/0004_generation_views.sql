-- v_generations: the generations of models, once as a whole (whole = 1,
-- pattern NULL) and once for each pattern applied (whole = 0). A filter that
-- picks one pattern so picks one row for each generation that applied it;
-- metrics count whole rows where there are any. Entries read out of a plan are
-- no generations. An error that is nothing but white space is none; its type is
-- what stands before the first colon, if that is the name of a class.

CREATE VIEW public.v_generations AS
WITH generations AS NOT MATERIALIZED (
    SELECT
        g.id,
        g.timestamp,
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
      AND COALESCE(g.generation_metadata ->> 'source', '') <> 'plan_file'
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
    organization
FROM facts;

-- From version 15 on a view can run with the rights of whoever reads it, which
-- row-level security needs; before, the tenant role gets no right on it.
DO $$
BEGIN
    IF current_setting('server_version_num')::int >= 150000 THEN
        ALTER VIEW public.v_generations SET (security_invoker = true);
    END IF;
END
$$;
