-- What was imported of files that are looked at again and again: so many
-- records, which stood in so many bytes with this hash. It only saves work;
-- event keys see to it that nothing is stored twice.

CREATE TABLE public.fl_imported_files (
    path        text PRIMARY KEY,
    size        bigint NOT NULL CHECK (size >= 0),
    modified_at timestamptz NOT NULL,
    bytes       bigint NOT NULL CHECK (bytes >= 0),
    hash        text NOT NULL CHECK (octet_length(hash) = 64),
    records     bigint NOT NULL CHECK (records >= 0),
    failure     text,
    imported_at timestamptz NOT NULL
);
