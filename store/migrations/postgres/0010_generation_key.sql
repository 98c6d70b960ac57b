-- The code generation that an event follows from: metrics.Origin.GenerationKey.
-- It refers to nothing: an event may arrive before its generation.

ALTER TABLE public.metrics_bugs ADD COLUMN generation_key text CHECK (generation_key ~ '^[0-9a-f]{64}$');
ALTER TABLE public.metrics_test_failures ADD COLUMN generation_key text CHECK (generation_key ~ '^[0-9a-f]{64}$');
ALTER TABLE public.metrics_code_reviews ADD COLUMN generation_key text CHECK (generation_key ~ '^[0-9a-f]{64}$');
ALTER TABLE public.metrics_performance ADD COLUMN generation_key text CHECK (generation_key ~ '^[0-9a-f]{64}$');
ALTER TABLE public.metrics_deployment ADD COLUMN generation_key text CHECK (generation_key ~ '^[0-9a-f]{64}$');
ALTER TABLE public.metrics_code_generation ADD COLUMN generation_key text CHECK (generation_key ~ '^[0-9a-f]{64}$');

-- What became of generations is asked of these four, in which few rows have one.
CREATE INDEX metrics_bugs_generation ON public.metrics_bugs (generation_key) WHERE generation_key IS NOT NULL;
CREATE INDEX metrics_test_failures_generation ON public.metrics_test_failures (generation_key) WHERE generation_key IS NOT NULL;
CREATE INDEX metrics_code_reviews_generation ON public.metrics_code_reviews (generation_key) WHERE generation_key IS NOT NULL;
CREATE INDEX metrics_deployment_generation ON public.metrics_deployment (generation_key) WHERE generation_key IS NOT NULL;
