-- Records that an import refused, once each, however often their file is
-- imported: nothing is lost, and a person can see what to mend.

CREATE TABLE fl_quarantine (
    id             INTEGER PRIMARY KEY,
    record_key     TEXT NOT NULL UNIQUE CHECK (length(CAST(record_key AS BLOB)) = 64),
    file           TEXT NOT NULL,
    format         TEXT NOT NULL,
    table_name     TEXT,
    position       INTEGER NOT NULL CHECK (position >= 0),
    path           TEXT NOT NULL,
    field          TEXT,
    reason         TEXT NOT NULL,
    record         TEXT NOT NULL,
    quarantined_at TEXT NOT NULL CHECK (quarantined_at GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND quarantined_at >= '1970')
) STRICT;
