-- fl_saving_days: a rollup as those before, of entries of time saved: what each
-- pattern saved each user on a day. The user belongs to the key because people are
-- counted over any number of days. Known is how many entries tell their seconds;
-- where nobody said who, the user is 0. Patterns go by id, so that they may be
-- renamed.

CREATE TABLE fl_saving_days (
    day        TEXT NOT NULL CHECK (day GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] 00:00:00.000000'),
    pattern_id INTEGER NOT NULL,
    user_id    INTEGER NOT NULL,
    known      INTEGER NOT NULL,
    seconds    INTEGER NOT NULL,
    PRIMARY KEY (day, pattern_id, user_id)
) STRICT, WITHOUT ROWID;
INSERT INTO fl_rollups (table_name) VALUES ('metrics');

-- v_pattern_facts: as before, with detections and time saved out of their
-- rollups: one row for the detections of a kind, day and pattern, of which found
-- tells how many there are.

DROP VIEW v_pattern_facts;

CREATE VIEW v_pattern_facts AS
WITH facts AS NOT MATERIALIZED (
    SELECT
        'Period' AS kind, period_start AS timestamp, pattern_name AS pattern,
        application_count AS applications, success_count AS successes, failure_count AS failures,
        application_count * effectiveness_score AS score_weight,
        NULL AS seconds_saved, NULL AS user_id, NULL AS found
    FROM pattern_effectiveness
    UNION ALL
    SELECT
        'Saving', s.day, p.name, NULL, NULL, NULL, NULL,
        CASE WHEN s.known > 0 THEN s.seconds END, NULLIF(s.user_id, 0), NULL
    FROM fl_saving_days AS s
    JOIN patterns AS p ON p.id = s.pattern_id
    UNION ALL
    SELECT 'Saving', substr(m.created_at, 1, 10) || ' 00:00:00.000000', p.name, NULL, NULL, NULL, NULL, m.time_saved_seconds, m.user_id, NULL
    FROM metrics AS m
    JOIN patterns AS p ON p.id = m.pattern_id
    WHERE m.id > (SELECT last_id FROM fl_rollups WHERE table_name = 'metrics')
    UNION ALL
    SELECT kind, day, pattern, NULL, NULL, NULL, NULL, NULL, NULL, found
    FROM fl_pattern_days
    UNION ALL
    SELECT 'Bug', substr(timestamp, 1, 10) || ' 00:00:00.000000', pattern, NULL, NULL, NULL, NULL, NULL, NULL, 1
    FROM metrics_bugs
    WHERE id > (SELECT last_id FROM fl_rollups WHERE table_name = 'metrics_bugs')
    UNION ALL
    SELECT 'Test failure', substr(timestamp, 1, 10) || ' 00:00:00.000000', pattern_violated, NULL, NULL, NULL, NULL, NULL, NULL, 1
    FROM metrics_test_failures
    WHERE id > (SELECT last_id FROM fl_rollups WHERE table_name = 'metrics_test_failures')
      AND pattern_violated IS NOT NULL
    UNION ALL
    SELECT 'Review issue', substr(timestamp, 1, 10) || ' 00:00:00.000000', pattern, NULL, NULL, NULL, NULL, NULL, NULL, 1
    FROM metrics_code_reviews
    WHERE id > (SELECT last_id FROM fl_rollups WHERE table_name = 'metrics_code_reviews')
    UNION ALL
    SELECT 'Deployment issue', substr(timestamp, 1, 10) || ' 00:00:00.000000', pattern, NULL, NULL, NULL, NULL, NULL, NULL, 1
    FROM metrics_deployment
    WHERE id > (SELECT last_id FROM fl_rollups WHERE table_name = 'metrics_deployment')
      AND pattern IS NOT NULL
),
last_uses AS (
    SELECT name AS pattern, MAX(last_applied) AS last_applied FROM patterns GROUP BY name
)
SELECT
    f.kind,
    f.timestamp,
    date(f.timestamp, '-' || ((strftime('%w', f.timestamp) + 6) % 7) || ' days') || ' 00:00:00.000000' AS week,
    date(f.timestamp, '-' || ((strftime('%w', f.timestamp) + 6) % 7) || ' days') AS week_label,
    f.pattern,
    COALESCE(h.category, '(none)') AS category,
    COALESCE(h.severity, '(none)') AS severity,
    h.version,
    CASE
        WHEN u.last_applied >= strftime('%Y-%m-%d %H:%M:%f000', 'now', '-7 days') THEN 'Active'
        WHEN u.last_applied >= strftime('%Y-%m-%d %H:%M:%f000', 'now', '-30 days') THEN 'Recent'
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
LEFT JOIN fl_pattern_heads AS h ON h.pattern = f.pattern AND h.organization_id = 0
LEFT JOIN last_uses AS u ON u.pattern = f.pattern;

-- As with the other rollups: SQLite may give the id of a deleted row anew.

CREATE TRIGGER fl_rollups_savings AFTER DELETE ON metrics
WHEN OLD.id > COALESCE((SELECT MAX(id) FROM metrics), 0)
BEGIN
    UPDATE fl_rollups SET last_id = MIN(last_id, COALESCE((SELECT MAX(id) FROM metrics), 0))
    WHERE table_name = 'metrics';
END;
