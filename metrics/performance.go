package metrics

import "github.com/uptrace/bun"

// What a [Performance] row measures. Other types are free text.
const (
	// MetricExecutionTime is how long one function took.
	MetricExecutionTime = "execution_time"

	// MetricTest is one execution of a test, the function being the test.
	// Details hold its {"outcome":"passed"}, or failed or skipped.
	MetricTest = "test"

	// MetricTestRun is one run of a test suite: the denominator of the test
	// failure rate. Details hold {"passed":n,"failed":n,"skipped":n,
	// "patterns":["a",…]}, the patterns being those that the tests cover.
	MetricTestRun = "test_run"

	// MetricDeployment is one deployment: the denominator of the deployment
	// issues. Details hold its environment, status and duration.
	MetricDeployment = "deployment"

	// MetricLLMCall is one call of a language model, kept whole in details.
	MetricLLMCall = "llm_call"
)

// Performance is one measurement.
type Performance struct {
	bun.BaseModel `bun:"table:metrics_performance,alias:perf"`

	ID int64 `bun:",pk,autoincrement"`
	Origin

	MetricType       string   `bun:",notnull"`
	Details          JSON     `bun:"type:jsonb"` // a JSON object
	FunctionName     *string  // what was measured
	ExecutionTimeMS  *float64 `bun:"execution_time_ms"` // milliseconds; an honest 0 is 0
	MemoryUsageBytes *int64
	FileSizeBytes    *int64
	Timestamp        Time `bun:",notnull"`
}

// Table returns metrics_performance.
func (p *Performance) Table() string { return "metrics_performance" }

// Validate reports every rule that the measurement breaks.
func (p *Performance) Validate() error {
	var c Checks
	p.check(&c)
	c.Name("metric_type", p.MetricType)
	c.Object("details", p.Details)
	c.OptionalName("function_name", p.FunctionName)
	c.Duration("execution_time_ms", p.ExecutionTimeMS)
	c.NotNegative("memory_usage_bytes", p.MemoryUsageBytes)
	c.NotNegative("file_size_bytes", p.FileSizeBytes)
	c.Time("timestamp", p.Timestamp)
	return c.Err()
}

// ContentKey is a key made of the measurement's content; see [Event].
func (p *Performance) ContentKey(ordinal int) string {
	c := contentOf(p.Table(), &p.Origin)
	c.text(p.MetricType)
	c.json(p.Details)
	c.optionalText(p.FunctionName)
	c.optionalFloat(p.ExecutionTimeMS)
	c.optionalInt(p.MemoryUsageBytes)
	c.optionalInt(p.FileSizeBytes)
	c.time(p.Timestamp)
	return c.key(ordinal)
}

func (p *Performance) complete() {}
