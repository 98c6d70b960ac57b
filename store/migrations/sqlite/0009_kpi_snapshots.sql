-- The history of the KPIs: one row for each KPI, organization and day in UTC. A
-- later one of the same day takes its place.

CREATE TABLE kpi_snapshots (
    id              INTEGER PRIMARY KEY,
    kpi             TEXT NOT NULL CHECK (length(CAST(kpi AS BLOB)) BETWEEN 1 AND 1024),
    position        INTEGER NOT NULL CHECK (position >= 1),
    title           TEXT NOT NULL CHECK (length(CAST(title AS BLOB)) BETWEEN 1 AND 1024),
    area            TEXT NOT NULL CHECK (length(CAST(area AS BLOB)) BETWEEN 1 AND 1024),
    organization_id INTEGER REFERENCES organizations (id),
    as_of           TEXT NOT NULL CHECK (as_of GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND as_of >= '1970'),
    day             TEXT NOT NULL GENERATED ALWAYS AS (substr(as_of, 1, 10)) STORED,
    value           REAL,
    value_text      TEXT,
    lower           REAL,
    upper           REAL,
    interval_text   TEXT,
    target_op       TEXT NOT NULL,
    target          REAL,
    target_upper    REAL,
    target_text     TEXT NOT NULL,
    status          TEXT NOT NULL,
    status_text     TEXT NOT NULL,
    n               INTEGER NOT NULL CHECK (n >= 0)
) STRICT;

CREATE UNIQUE INDEX kpi_snapshots_scope ON kpi_snapshots (kpi, COALESCE(organization_id, 0), day);

-- v_kpi_snapshots: the same with the name of the organization, which is (all)
-- for all of them together; latest is 1 on the newest day of each.

CREATE VIEW v_kpi_snapshots AS
SELECT
    s.id,
    s.as_of AS timestamp,
    s.kpi,
    s.position,
    s.title,
    s.area,
    CASE WHEN s.organization_id IS NULL THEN '(all)' ELSE COALESCE(o.name, '(none)') END AS organization,
    CASE WHEN s.day = MAX(s.day) OVER (PARTITION BY s.organization_id) THEN 1 ELSE 0 END AS latest,
    s.value,
    COALESCE(s.value_text, '–') AS value_text,
    s.lower,
    s.upper,
    COALESCE(s.interval_text, '–') AS interval_text,
    s.target_text,
    s.status,
    CASE s.status WHEN 'met' THEN '✓ ' WHEN 'not_met' THEN '✗ ' ELSE '· ' END || s.status_text AS status_text,
    s.n
FROM kpi_snapshots AS s
LEFT JOIN organizations AS o ON o.id = s.organization_id;
