-- What became of the rows of a database that the Python program made.

CREATE TABLE fl_adoption (
    table_name  TEXT PRIMARY KEY,
    kept        INTEGER NOT NULL CHECK (kept >= 0),
    duplicates  INTEGER NOT NULL CHECK (duplicates >= 0),
    quarantined INTEGER NOT NULL CHECK (quarantined >= 0),
    adopted_at  TEXT NOT NULL CHECK (adopted_at GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]' AND adopted_at >= '1970')
) STRICT;

-- The kept rows that say the same as one before them, which is the first: an
-- export that was run twice left them.
CREATE TABLE fl_adoption_duplicates (
    table_name TEXT NOT NULL,
    first_id   INTEGER NOT NULL,
    id         INTEGER NOT NULL,
    PRIMARY KEY (table_name, first_id, id)
) STRICT, WITHOUT ROWID;
