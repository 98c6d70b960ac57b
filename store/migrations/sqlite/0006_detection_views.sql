-- fl_pattern_heads: of each pattern the version that counts now: the active
-- one, else the newest. Once for each organization that has the name, and once
-- under organization 0 for whoever says no organization.
-- v_detections: what went wrong, one row for each bug, failed test, review
-- finding and deployment issue. Severity is the review's own verdict, else that
-- of breaking the pattern.

CREATE VIEW fl_pattern_heads AS
WITH versions AS NOT MATERIALIZED (
    SELECT id, organization_id, name, category, severity, version, is_active, is_archived FROM patterns
    UNION ALL
    SELECT id, 0, name, category, severity, version, is_active, is_archived FROM patterns
),
ranked AS NOT MATERIALIZED (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY organization_id, name ORDER BY is_active DESC, version DESC, id DESC) AS place
    FROM versions
)
SELECT id, organization_id, name AS pattern, category, severity, version, is_active, is_archived
FROM ranked
WHERE place = 1;

CREATE VIEW v_detections AS
WITH facts AS NOT MATERIALIZED (
    SELECT
        'Bug' AS kind, id, timestamp, organization_id, project, source, run_id, pattern,
        NULL AS severity, NULL AS issue_type, NULL AS test_name, NULL AS environment, count AS occurrences
    FROM metrics_bugs
    UNION ALL
    SELECT
        'Test failure', id, timestamp, organization_id, project, source, run_id, pattern_violated,
        NULL, NULL, test_name, NULL, count
    FROM metrics_test_failures
    UNION ALL
    SELECT
        'Review issue', id, timestamp, organization_id, project, source, run_id, pattern,
        severity, issue_type, NULL, NULL, count
    FROM metrics_code_reviews
    UNION ALL
    SELECT
        'Deployment issue', id, timestamp, organization_id, project, source, run_id, pattern,
        NULL, issue_type, NULL, environment, count
    FROM metrics_deployment
)
SELECT
    f.kind,
    f.id,
    f.timestamp,
    date(f.timestamp, '-' || ((strftime('%w', f.timestamp) + 6) % 7) || ' days') || ' 00:00:00.000000' AS week,
    date(f.timestamp, '-' || ((strftime('%w', f.timestamp) + 6) % 7) || ' days') AS week_label,
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
LEFT JOIN fl_pattern_heads AS h ON h.pattern = f.pattern AND h.organization_id = COALESCE(f.organization_id, 0)
LEFT JOIN organizations AS o ON o.id = f.organization_id;

-- A page reads the weeks of a period.
CREATE INDEX metrics_bugs_time ON metrics_bugs (timestamp);
CREATE INDEX metrics_test_failures_time ON metrics_test_failures (timestamp);
CREATE INDEX metrics_code_reviews_time ON metrics_code_reviews (timestamp, severity);
CREATE INDEX metrics_deployment_time ON metrics_deployment (timestamp);
