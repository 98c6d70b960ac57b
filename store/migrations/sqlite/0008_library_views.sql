-- v_patterns: the pattern library, one row for each version of each pattern.
-- The head is the version that counts: see fl_pattern_heads. Entry is the name
-- of the pattern, with its organization where several have the name.
-- v_pattern_history: the phases that each entry went through: its versions, one
-- after the other, and at last withdrawn, once it is archived. Days are whole
-- and negative, so that phases stacked from today backwards are a calendar.
-- v_audit: who did what, one row for each entry of the audit log.
-- v_performance: what was measured, one row for each measurement.

CREATE VIEW v_patterns AS
WITH names AS (
    SELECT name, COUNT(DISTINCT organization_id) AS organizations FROM patterns GROUP BY name
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
    p.is_active AS active,
    p.is_archived AS archived,
    p.times_applied,
    p.effectiveness_score,
    p.last_applied,
    COALESCE(u.username, '(none)') AS author,
    COALESCE(o.name, '(none)') AS organization
FROM patterns AS p
JOIN names AS n ON n.name = p.name
LEFT JOIN fl_pattern_heads AS h ON h.id = p.id AND h.organization_id = p.organization_id
LEFT JOIN users AS u ON u.id = p.author_id
LEFT JOIN organizations AS o ON o.id = p.organization_id;

CREATE VIEW v_pattern_history AS
WITH versions AS (
    SELECT
        v.*,
        p.is_archived,
        p.updated_at,
        LEAD(v.timestamp) OVER (PARTITION BY p.organization_id, p.name ORDER BY p.version) AS next_at
    FROM v_patterns AS v
    JOIN patterns AS p ON p.id = v.id
),
phases AS (
    SELECT
        id, entry, pattern, category, author, organization, timestamp,
        CASE WHEN version < 9 THEN 'v' || version ELSE 'v9+' END AS phase,
        COALESCE(next_at, CASE WHEN is_archived = 1 THEN updated_at END) AS until
    FROM versions
    UNION ALL
    SELECT id, entry, pattern, category, author, organization, updated_at, 'withdrawn', NULL
    FROM versions
    WHERE is_archived = 1 AND next_at IS NULL
)
SELECT
    id, timestamp, until, phase, entry, pattern, category, author, organization,
    CAST(julianday(date(timestamp)) - julianday(date(COALESCE(until, 'now'))) AS INTEGER) AS days
FROM phases;

CREATE VIEW v_audit AS
SELECT
    a.id,
    a.created_at AS timestamp,
    date(a.created_at, '-' || ((strftime('%w', a.created_at) + 6) % 7) || ' days') || ' 00:00:00.000000' AS week,
    date(a.created_at, '-' || ((strftime('%w', a.created_at) + 6) % 7) || ' days') AS week_label,
    substr(a.created_at, 1, 16) AS minute,
    COALESCE(u.username, '(program)') AS username,
    a.action,
    a.resource_type,
    COALESCE(
        CASE a.resource_type
            WHEN 'pattern' THEN (SELECT p.name || ' v' || p.version FROM patterns AS p WHERE p.id = a.resource_id)
            WHEN 'user' THEN (SELECT x.username FROM users AS x WHERE x.id = a.resource_id)
            WHEN 'team' THEN (SELECT t.name FROM teams AS t WHERE t.id = a.resource_id)
        END,
        '#' || a.resource_id,
        '(none)'
    ) AS resource,
    COALESCE(a.ip_address, '(none)') AS ip_address,
    a.user_agent,
    COALESCE(o.name, '(none)') AS organization
FROM audit_logs AS a
LEFT JOIN users AS u ON u.id = a.user_id
LEFT JOIN organizations AS o ON o.id = a.organization_id;

CREATE VIEW v_performance AS
SELECT
    p.id,
    p.timestamp,
    date(p.timestamp, '-' || ((strftime('%w', p.timestamp) + 6) % 7) || ' days') || ' 00:00:00.000000' AS week,
    date(p.timestamp, '-' || ((strftime('%w', p.timestamp) + 6) % 7) || ' days') AS week_label,
    p.metric_type,
    COALESCE(p.function_name, '(none)') AS function_name,
    p.execution_time_ms,
    p.memory_usage_bytes,
    p.file_size_bytes,
    COALESCE(p.project, '(none)') AS project,
    COALESCE(p.source, '(none)') AS source,
    p.run_id,
    COALESCE(o.name, '(none)') AS organization
FROM metrics_performance AS p
LEFT JOIN organizations AS o ON o.id = p.organization_id;

CREATE INDEX audit_logs_time ON audit_logs (created_at);
CREATE INDEX metrics_performance_time ON metrics_performance (timestamp);
