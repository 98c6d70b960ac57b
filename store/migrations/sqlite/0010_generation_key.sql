-- The code generation that an event follows from: metrics.Origin.GenerationKey.
-- It refers to nothing: an event may arrive before its generation.

ALTER TABLE metrics_bugs ADD COLUMN generation_key TEXT CHECK (length(generation_key) = 64 AND length(CAST(generation_key AS BLOB)) = 64 AND generation_key NOT GLOB '*[^0-9a-f]*');
ALTER TABLE metrics_test_failures ADD COLUMN generation_key TEXT CHECK (length(generation_key) = 64 AND length(CAST(generation_key AS BLOB)) = 64 AND generation_key NOT GLOB '*[^0-9a-f]*');
ALTER TABLE metrics_code_reviews ADD COLUMN generation_key TEXT CHECK (length(generation_key) = 64 AND length(CAST(generation_key AS BLOB)) = 64 AND generation_key NOT GLOB '*[^0-9a-f]*');
ALTER TABLE metrics_performance ADD COLUMN generation_key TEXT CHECK (length(generation_key) = 64 AND length(CAST(generation_key AS BLOB)) = 64 AND generation_key NOT GLOB '*[^0-9a-f]*');
ALTER TABLE metrics_deployment ADD COLUMN generation_key TEXT CHECK (length(generation_key) = 64 AND length(CAST(generation_key AS BLOB)) = 64 AND generation_key NOT GLOB '*[^0-9a-f]*');
ALTER TABLE metrics_code_generation ADD COLUMN generation_key TEXT CHECK (length(generation_key) = 64 AND length(CAST(generation_key AS BLOB)) = 64 AND generation_key NOT GLOB '*[^0-9a-f]*');

-- What became of generations is asked of these four, in which few rows have one.
CREATE INDEX metrics_bugs_generation ON metrics_bugs (generation_key) WHERE generation_key IS NOT NULL;
CREATE INDEX metrics_test_failures_generation ON metrics_test_failures (generation_key) WHERE generation_key IS NOT NULL;
CREATE INDEX metrics_code_reviews_generation ON metrics_code_reviews (generation_key) WHERE generation_key IS NOT NULL;
CREATE INDEX metrics_deployment_generation ON metrics_deployment (generation_key) WHERE generation_key IS NOT NULL;
