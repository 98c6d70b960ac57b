-- Records that an import refused, once each, however often their file is
-- imported: nothing is lost, and a person can see what to mend.

CREATE TABLE fl_quarantine (
    id             INTEGER PRIMARY KEY,
    record_key     TEXT NOT NULL UNIQUE CHECK (octet_length(record_key) = 64),
    file           TEXT NOT NULL,
    format         TEXT NOT NULL,
    table_name     TEXT,
    position       INTEGER NOT NULL CHECK (position >= 0),
    path           TEXT NOT NULL,
    field          TEXT,
    reason         TEXT NOT NULL,
    record         TEXT NOT NULL,
    quarantined_at TEXT NOT NULL CHECK (octet_length(quarantined_at) = 26)
) STRICT;
