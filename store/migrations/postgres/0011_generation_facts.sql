-- What reports ask of every generation, worked out once when it is stored.
--
-- patterns_listed: how many names patterns_applied holds. NULL where the list is
-- unknown.
-- has_error: a compilation error that is more than white space.
-- metadata_source: the source that the metadata name, if they name one.

ALTER TABLE public.metrics_code_generation
    ADD COLUMN patterns_listed bigint GENERATED ALWAYS AS (
        CASE WHEN jsonb_typeof(patterns_applied) = 'array'
             THEN jsonb_array_length(jsonb_path_query_array(patterns_applied, 'strict $[*] ? (@.type() == "string")')) END
    ) STORED,
    ADD COLUMN has_error boolean NOT NULL GENERATED ALWAYS AS (
        COALESCE(btrim(compilation_error, E'\t\n\u000B\f\r \u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000') <> '', false)
    ) STORED,
    ADD COLUMN metadata_source text GENERATED ALWAYS AS (
        CASE WHEN jsonb_typeof(generation_metadata -> 'source') = 'string' THEN generation_metadata ->> 'source' END
    ) STORED;
