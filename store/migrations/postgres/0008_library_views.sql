-- v_patterns: the pattern library, one row for each version of each pattern.
-- The head is the version that counts: see fl_pattern_heads. Entry is the name
-- of the pattern, with its organization where several have the name.
-- v_pattern_history: the phases that each entry went through: its versions, one
-- after the other, and at last withdrawn, once it is archived. Days are whole
-- and negative, so that phases stacked from today backwards are a calendar.
-- v_audit: who did what, one row for each entry of the audit log.
-- v_performance: what was measured, one row for each measurement.

CREATE VIEW public.v_patterns AS
WITH names AS (
    SELECT name, COUNT(DISTINCT organization_id) AS organizations FROM api.patterns GROUP BY name
)
SELECT
    p.id,
    p.created_at AS timestamp,
    CASE WHEN n.organizations > 1 THEN p.name || ' (' || o.name || ')' ELSE p.name END AS entry,
    p.name AS pattern,
    COALESCE(p.category, '(none)') AS category,
    COALESCE(p.severity, '(none)') AS severity,
    p.version,
    CASE WHEN h.id IS NULL THEN 0 ELSE 1 END AS head,
    CASE WHEN p.is_active THEN 1 ELSE 0 END AS active,
    CASE WHEN p.is_archived THEN 1 ELSE 0 END AS archived,
    p.times_applied,
    p.effectiveness_score,
    p.last_applied,
    COALESCE(u.username, '(none)') AS author,
    COALESCE(o.name, '(none)') AS organization
FROM api.patterns AS p
JOIN names AS n ON n.name = p.name
LEFT JOIN public.fl_pattern_heads AS h ON h.id = p.id AND h.organization_id = p.organization_id
LEFT JOIN api.users AS u ON u.id = p.author_id
LEFT JOIN api.organizations AS o ON o.id = p.organization_id;

CREATE VIEW public.v_pattern_history AS
WITH versions AS (
    SELECT
        v.*,
        p.is_archived,
        p.updated_at,
        LEAD(v.timestamp) OVER (PARTITION BY p.organization_id, p.name ORDER BY p.version) AS next_at
    FROM public.v_patterns AS v
    JOIN api.patterns AS p ON p.id = v.id
),
phases AS (
    SELECT
        id, entry, pattern, category, author, organization, timestamp,
        CASE WHEN version < 9 THEN 'v' || version ELSE 'v9+' END AS phase,
        COALESCE(next_at, CASE WHEN is_archived THEN updated_at END) AS until
    FROM versions
    UNION ALL
    SELECT id, entry, pattern, category, author, organization, updated_at, 'withdrawn', NULL
    FROM versions
    WHERE is_archived AND next_at IS NULL
)
SELECT
    id, timestamp, until, phase, entry, pattern, category, author, organization,
    (timestamp AT TIME ZONE 'UTC')::date - (COALESCE(until, now()) AT TIME ZONE 'UTC')::date AS days
FROM phases;

CREATE VIEW public.v_audit AS
SELECT
    a.id,
    a.created_at AS timestamp,
    date_trunc('week', a.created_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS week,
    to_char(date_trunc('week', a.created_at AT TIME ZONE 'UTC'), 'YYYY-MM-DD') AS week_label,
    to_char(a.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS minute,
    COALESCE(u.username, '(program)') AS username,
    a.action,
    a.resource_type,
    COALESCE(
        CASE a.resource_type
            WHEN 'pattern' THEN (SELECT p.name || ' v' || p.version FROM api.patterns AS p WHERE p.id = a.resource_id)
            WHEN 'user' THEN (SELECT x.username FROM api.users AS x WHERE x.id = a.resource_id)
            WHEN 'team' THEN (SELECT t.name FROM api.teams AS t WHERE t.id = a.resource_id)
        END,
        '#' || a.resource_id,
        '(none)'
    ) AS resource,
    COALESCE(a.ip_address, '(none)') AS ip_address,
    a.user_agent,
    COALESCE(o.name, '(none)') AS organization
FROM api.audit_logs AS a
LEFT JOIN api.users AS u ON u.id = a.user_id
LEFT JOIN api.organizations AS o ON o.id = a.organization_id;

CREATE VIEW public.v_performance AS
SELECT
    p.id,
    p.timestamp,
    date_trunc('week', p.timestamp AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS week,
    to_char(date_trunc('week', p.timestamp AT TIME ZONE 'UTC'), 'YYYY-MM-DD') AS week_label,
    p.metric_type,
    COALESCE(p.function_name, '(none)') AS function_name,
    p.execution_time_ms,
    p.memory_usage_bytes,
    p.file_size_bytes,
    COALESCE(p.project, '(none)') AS project,
    COALESCE(p.source, '(none)') AS source,
    p.run_id,
    COALESCE(o.name, '(none)') AS organization
FROM public.metrics_performance AS p
LEFT JOIN api.organizations AS o ON o.id = p.organization_id;

DO $$
BEGIN
    IF current_setting('server_version_num')::int >= 150000 THEN
        ALTER VIEW public.v_patterns SET (security_invoker = true);
        ALTER VIEW public.v_pattern_history SET (security_invoker = true);
        ALTER VIEW public.v_audit SET (security_invoker = true);
        ALTER VIEW public.v_performance SET (security_invoker = true);
    END IF;
END
$$;

CREATE INDEX audit_logs_time ON api.audit_logs (created_at);
CREATE INDEX metrics_performance_time ON public.metrics_performance (timestamp);
