-- v_user_days: on which days each user was at work, one row for each user, day
-- (UTC) and organization with an entry of the audit log. Activity is the
-- weightiest of the day: changed, exported, viewed or signed in.

CREATE VIEW v_user_days AS
SELECT
    MIN(a.id) AS id,
    substr(a.minute, 1, 10) || ' 00:00:00.000000' AS timestamp,
    a.username,
    a.organization,
    CASE MAX(CASE a.action WHEN 'login' THEN 1 WHEN 'logout' THEN 1 WHEN 'viewed' THEN 2 WHEN 'exported' THEN 3 ELSE 4 END)
        WHEN 1 THEN 'signed in' WHEN 2 THEN 'viewed' WHEN 3 THEN 'exported' ELSE 'changed'
    END AS activity,
    COUNT(*) AS entries,
    substr(MIN(a.minute), 12) AS first_entry,
    substr(MAX(a.minute), 12) AS last_entry,
    CASE WHEN MIN(a.ip_address) = MAX(a.ip_address) THEN MIN(a.ip_address) ELSE MIN(a.ip_address) || ' and others' END AS ip_addresses,
    CAST(strftime('%s', substr(a.minute, 1, 10)) AS INTEGER) * 1000 AS start_ms,
    CAST(strftime('%s', substr(a.minute, 1, 10)) AS INTEGER) * 1000 + 86400000 AS end_ms
FROM v_audit AS a
GROUP BY substr(a.minute, 1, 10), a.username, a.organization;
