-- fl_pattern_heads: of each pattern the version that counts now: the active
-- one, else the newest. Once for each organization that has the name, and once
-- under organization 0 for whoever says no organization.
-- v_detections: what went wrong, one row for each bug, failed test, review
-- finding and deployment issue. Severity is the review's own verdict, else that
-- of breaking the pattern.

CREATE VIEW public.fl_pattern_heads AS
WITH versions AS NOT MATERIALIZED (
    SELECT id, organization_id, name, category, severity, version, is_active, is_archived FROM api.patterns
    UNION ALL
    SELECT id, 0, name, category, severity, version, is_active, is_archived FROM api.patterns
),
ranked AS NOT MATERIALIZED (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY organization_id, name ORDER BY is_active DESC, version DESC, id DESC) AS place
    FROM versions
)
SELECT id, organization_id, name AS pattern, category, severity, version, is_active, is_archived
FROM ranked
WHERE place = 1;

CREATE VIEW public.v_detections AS
WITH facts AS NOT MATERIALIZED (
    SELECT
        'Bug'::text AS kind, id, timestamp, organization_id, project, source, run_id, pattern,
        NULL::text AS severity, NULL::text AS issue_type, NULL::text AS test_name, NULL::text AS environment, count AS occurrences
    FROM public.metrics_bugs
    UNION ALL
    SELECT
        'Test failure', id, timestamp, organization_id, project, source, run_id, pattern_violated,
        NULL, NULL, test_name, NULL, count
    FROM public.metrics_test_failures
    UNION ALL
    SELECT
        'Review issue', id, timestamp, organization_id, project, source, run_id, pattern,
        severity, issue_type, NULL, NULL, count
    FROM public.metrics_code_reviews
    UNION ALL
    SELECT
        'Deployment issue', id, timestamp, organization_id, project, source, run_id, pattern,
        NULL, issue_type, NULL, environment, count
    FROM public.metrics_deployment
)
SELECT
    f.kind,
    f.id,
    f.timestamp,
    date_trunc('week', f.timestamp AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS week,
    to_char(date_trunc('week', f.timestamp AT TIME ZONE 'UTC'), 'YYYY-MM-DD') AS week_label,
    COALESCE(f.pattern, '(none)') AS pattern,
    COALESCE(h.category, '(none)') AS category,
    COALESCE(f.severity, h.severity, '(none)') AS severity,
    f.issue_type,
    f.test_name,
    f.environment,
    f.occurrences,
    COALESCE(f.project, '(none)') AS project,
    COALESCE(f.source, '(none)') AS source,
    f.run_id,
    COALESCE(o.name, '(none)') AS organization
FROM facts AS f
LEFT JOIN public.fl_pattern_heads AS h ON h.pattern = f.pattern AND h.organization_id = COALESCE(f.organization_id, 0)
LEFT JOIN api.organizations AS o ON o.id = f.organization_id;

DO $$
BEGIN
    IF current_setting('server_version_num')::int >= 150000 THEN
        ALTER VIEW public.fl_pattern_heads SET (security_invoker = true);
        ALTER VIEW public.v_detections SET (security_invoker = true);
    END IF;
END
$$;

-- A page reads the weeks of a period.
CREATE INDEX metrics_bugs_time ON public.metrics_bugs (timestamp);
CREATE INDEX metrics_test_failures_time ON public.metrics_test_failures (timestamp);
CREATE INDEX metrics_code_reviews_time ON public.metrics_code_reviews (timestamp, severity);
CREATE INDEX metrics_deployment_time ON public.metrics_deployment (timestamp);
