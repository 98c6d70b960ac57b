-- What reports ask of every generation, worked out once when it is stored.
--
-- patterns_listed: how many names patterns_applied holds. NULL where the list is
-- unknown, and where one has to look closer: a text with a bracket, a brace or a
-- backslash behind its first character may hold what is no name.
-- has_error: a compilation error that is more than white space.
-- metadata_source: the source that the metadata name, if they name one.

ALTER TABLE metrics_code_generation ADD COLUMN patterns_listed INTEGER GENERATED ALWAYS AS (
    CASE WHEN substr(patterns_applied, 1, 1) = '[' AND instr(substr(patterns_applied, 2), '[') = 0
              AND instr(patterns_applied, '{') = 0 AND instr(patterns_applied, '\') = 0
         THEN (length(patterns_applied) - length(replace(patterns_applied, '"', ''))) / 2 END
) VIRTUAL;
ALTER TABLE metrics_code_generation ADD COLUMN has_error INTEGER GENERATED ALWAYS AS (
    CASE WHEN trim(compilation_error, char(9, 10, 11, 12, 13, 32, 133, 160, 5760, 8192, 8193, 8194, 8195, 8196, 8197, 8198, 8199, 8200, 8201, 8202, 8232, 8233, 8239, 8287, 12288)) <> ''
         THEN 1 ELSE 0 END
) VIRTUAL;
ALTER TABLE metrics_code_generation ADD COLUMN metadata_source TEXT GENERATED ALWAYS AS (
    CASE WHEN json_type(generation_metadata, '$.source') = 'text' THEN generation_metadata ->> '$.source' END
) VIRTUAL;

-- A report reads all of it from the index and leaves the rows, of which the
-- prompts are most, where they are.
DROP INDEX metrics_code_generation_time;
CREATE INDEX metrics_code_generation_time ON metrics_code_generation (
    timestamp, success, confidence, patterns_count, patterns_listed, has_error, source, metadata_source, project, organization_id
);
