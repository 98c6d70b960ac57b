-- What was imported of files that are looked at again and again: so many
-- records, which stood in so many bytes with this hash. It only saves work;
-- event keys see to it that nothing is stored twice.

CREATE TABLE fl_imported_files (
    path        TEXT PRIMARY KEY,
    size        INTEGER NOT NULL CHECK (size >= 0),
    modified_at TEXT NOT NULL CHECK (modified_at GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]'),
    bytes       INTEGER NOT NULL CHECK (bytes >= 0),
    hash        TEXT NOT NULL CHECK (length(CAST(hash AS BLOB)) = 64),
    records     INTEGER NOT NULL CHECK (records >= 0),
    failure     TEXT,
    imported_at TEXT NOT NULL CHECK (imported_at GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]')
) STRICT;
