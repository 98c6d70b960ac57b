-- What became of the rows of a database that the Python program made.

CREATE TABLE public.fl_adoption (
    table_name  text PRIMARY KEY,
    kept        bigint NOT NULL CHECK (kept >= 0),
    duplicates  bigint NOT NULL CHECK (duplicates >= 0),
    quarantined bigint NOT NULL CHECK (quarantined >= 0),
    adopted_at  timestamptz NOT NULL CHECK (adopted_at >= '1970-01-01 00:00:00+00' AND adopted_at < '10000-01-01 00:00:00+00')
);

-- The kept rows that say the same as one before them, which is the first: an
-- export that was run twice left them.
CREATE TABLE public.fl_adoption_duplicates (
    table_name text NOT NULL,
    first_id   bigint NOT NULL,
    id         bigint NOT NULL,
    PRIMARY KEY (table_name, first_id, id)
);
