-- v_user_days: on which days each user was at work, one row for each user, day
-- (UTC) and organization with an entry of the audit log. Activity is the
-- weightiest of the day: changed, exported, viewed or signed in.

CREATE VIEW public.v_user_days AS
SELECT
    MIN(a.id) AS id,
    CAST(substr(a.minute, 1, 10) AS timestamp) AT TIME ZONE 'UTC' AS timestamp,
    a.username,
    a.organization,
    CASE MAX(CASE a.action WHEN 'login' THEN 1 WHEN 'logout' THEN 1 WHEN 'viewed' THEN 2 WHEN 'exported' THEN 3 ELSE 4 END)
        WHEN 1 THEN 'signed in' WHEN 2 THEN 'viewed' WHEN 3 THEN 'exported' ELSE 'changed'
    END AS activity,
    COUNT(*) AS entries,
    substr(MIN(a.minute), 12) AS first_entry,
    substr(MAX(a.minute), 12) AS last_entry,
    CASE WHEN MIN(a.ip_address) = MAX(a.ip_address) THEN MIN(a.ip_address) ELSE MIN(a.ip_address) || ' and others' END AS ip_addresses,
    CAST(EXTRACT(EPOCH FROM CAST(substr(a.minute, 1, 10) AS timestamp)) * 1000 AS bigint) AS start_ms,
    CAST(EXTRACT(EPOCH FROM CAST(substr(a.minute, 1, 10) AS timestamp)) * 1000 AS bigint) + 86400000 AS end_ms
FROM public.v_audit AS a
GROUP BY substr(a.minute, 1, 10), a.username, a.organization;
