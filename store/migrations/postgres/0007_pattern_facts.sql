-- v_pattern_facts: what is known of patterns, one row for each fact: a period of
-- pattern_effectiveness at its start, an entry of time saved, a bug, a failed
-- test, a review finding, a deployment issue. Each fills the columns of its own
-- and leaves the others NULL, so that sums over a period count each fact once.
-- pattern_effectiveness knows names but no organizations, hence what the
-- library says of a pattern goes by name too: see fl_pattern_heads.

CREATE VIEW public.v_pattern_facts AS
WITH facts AS NOT MATERIALIZED (
    SELECT
        'Period'::text AS kind, period_start AS timestamp, pattern_name AS pattern,
        application_count AS applications, success_count AS successes, failure_count AS failures,
        application_count * effectiveness_score AS score_weight,
        NULL::bigint AS seconds_saved, NULL::bigint AS user_id
    FROM public.pattern_effectiveness
    UNION ALL
    SELECT 'Saving', m.created_at, p.name, NULL, NULL, NULL, NULL, m.time_saved_seconds, m.user_id
    FROM api.metrics AS m
    JOIN api.patterns AS p ON p.id = m.pattern_id
    UNION ALL
    SELECT 'Bug', timestamp, pattern, NULL, NULL, NULL, NULL, NULL, NULL
    FROM public.metrics_bugs
    UNION ALL
    SELECT 'Test failure', timestamp, pattern_violated, NULL, NULL, NULL, NULL, NULL, NULL
    FROM public.metrics_test_failures
    WHERE pattern_violated IS NOT NULL
    UNION ALL
    SELECT 'Review issue', timestamp, pattern, NULL, NULL, NULL, NULL, NULL, NULL
    FROM public.metrics_code_reviews
    UNION ALL
    SELECT 'Deployment issue', timestamp, pattern, NULL, NULL, NULL, NULL, NULL, NULL
    FROM public.metrics_deployment
    WHERE pattern IS NOT NULL
),
last_uses AS (
    SELECT name AS pattern, MAX(last_applied) AS last_applied FROM api.patterns GROUP BY name
)
SELECT
    f.kind,
    f.timestamp,
    date_trunc('week', f.timestamp AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS week,
    to_char(date_trunc('week', f.timestamp AT TIME ZONE 'UTC'), 'YYYY-MM-DD') AS week_label,
    f.pattern,
    COALESCE(h.category, '(none)') AS category,
    COALESCE(h.severity, '(none)') AS severity,
    h.version,
    CASE
        WHEN u.last_applied >= now() - interval '7 days' THEN 'Active'
        WHEN u.last_applied >= now() - interval '30 days' THEN 'Recent'
        WHEN u.last_applied IS NOT NULL THEN 'Inactive'
        WHEN h.id IS NOT NULL THEN 'Never used'
        ELSE '(none)'
    END AS status,
    f.applications,
    f.successes,
    f.failures,
    f.score_weight,
    f.seconds_saved,
    f.user_id
FROM facts AS f
LEFT JOIN public.fl_pattern_heads AS h ON h.pattern = f.pattern AND h.organization_id = 0
LEFT JOIN last_uses AS u ON u.pattern = f.pattern;

DO $$
BEGIN
    IF current_setting('server_version_num')::int >= 150000 THEN
        ALTER VIEW public.v_pattern_facts SET (security_invoker = true);
    END IF;
END
$$;

CREATE INDEX pattern_effectiveness_time ON public.pattern_effectiveness (period_start);
CREATE INDEX metrics_time ON api.metrics (created_at);
