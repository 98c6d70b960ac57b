-- fl_saving_days: a rollup as those before, of entries of time saved: what each
-- pattern saved each user on a day. The user belongs to the key because people are
-- counted over any number of days. Known is how many entries tell their seconds;
-- where nobody said who, the user is 0. Patterns go by id, so that they may be
-- renamed.

CREATE TABLE public.fl_saving_days (
    day        timestamptz NOT NULL,
    pattern_id bigint NOT NULL,
    user_id    bigint NOT NULL,
    known      bigint NOT NULL,
    seconds    bigint NOT NULL,
    PRIMARY KEY (day, pattern_id, user_id)
);
INSERT INTO public.fl_rollups (table_name) VALUES ('metrics');

-- v_pattern_facts: as before, with detections and time saved out of their
-- rollups: one row for the detections of a kind, day and pattern, of which found
-- tells how many there are.

DROP VIEW public.v_pattern_facts;

CREATE VIEW public.v_pattern_facts AS
WITH facts AS NOT MATERIALIZED (
    SELECT
        'Period'::text AS kind, period_start AS timestamp, pattern_name AS pattern,
        application_count AS applications, success_count AS successes, failure_count AS failures,
        application_count * effectiveness_score AS score_weight,
        NULL::bigint AS seconds_saved, NULL::bigint AS user_id, NULL::bigint AS found
    FROM public.pattern_effectiveness
    UNION ALL
    SELECT
        'Saving', s.day, p.name, NULL, NULL, NULL, NULL,
        CASE WHEN s.known > 0 THEN s.seconds END, NULLIF(s.user_id, 0), NULL
    FROM public.fl_saving_days AS s
    JOIN api.patterns AS p ON p.id = s.pattern_id
    UNION ALL
    SELECT 'Saving', date_trunc('day', m.created_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC', p.name, NULL, NULL, NULL, NULL, m.time_saved_seconds, m.user_id, NULL
    FROM api.metrics AS m
    JOIN api.patterns AS p ON p.id = m.pattern_id
    WHERE m.id > (SELECT last_id FROM public.fl_rollups WHERE table_name = 'metrics') AND m.id <= 9223372036854775807
    UNION ALL
    SELECT kind, day, pattern, NULL, NULL, NULL, NULL, NULL, NULL, found
    FROM public.fl_pattern_days
    UNION ALL
    SELECT 'Bug', date_trunc('day', timestamp AT TIME ZONE 'UTC') AT TIME ZONE 'UTC', pattern, NULL, NULL, NULL, NULL, NULL, NULL, 1::bigint
    FROM public.metrics_bugs
    WHERE id > (SELECT last_id FROM public.fl_rollups WHERE table_name = 'metrics_bugs') AND id <= 9223372036854775807
    UNION ALL
    SELECT 'Test failure', date_trunc('day', timestamp AT TIME ZONE 'UTC') AT TIME ZONE 'UTC', pattern_violated, NULL, NULL, NULL, NULL, NULL, NULL, 1::bigint
    FROM public.metrics_test_failures
    WHERE id > (SELECT last_id FROM public.fl_rollups WHERE table_name = 'metrics_test_failures') AND id <= 9223372036854775807
      AND pattern_violated IS NOT NULL
    UNION ALL
    SELECT 'Review issue', date_trunc('day', timestamp AT TIME ZONE 'UTC') AT TIME ZONE 'UTC', pattern, NULL, NULL, NULL, NULL, NULL, NULL, 1::bigint
    FROM public.metrics_code_reviews
    WHERE id > (SELECT last_id FROM public.fl_rollups WHERE table_name = 'metrics_code_reviews') AND id <= 9223372036854775807
    UNION ALL
    SELECT 'Deployment issue', date_trunc('day', timestamp AT TIME ZONE 'UTC') AT TIME ZONE 'UTC', pattern, NULL, NULL, NULL, NULL, NULL, NULL, 1::bigint
    FROM public.metrics_deployment
    WHERE id > (SELECT last_id FROM public.fl_rollups WHERE table_name = 'metrics_deployment') AND id <= 9223372036854775807
      AND pattern IS NOT NULL
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
    f.user_id,
    f.found
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
