package metrics

import "github.com/uptrace/bun"

// TestFailure is one failed test. How many tests ran is not here but in the
// performance row of the run; see [MetricTestRun].
type TestFailure struct {
	bun.BaseModel `bun:"table:metrics_test_failures,alias:tf"`

	ID int64 `bun:",pk,autoincrement"`
	Origin

	TestName        string  `bun:",notnull"`
	FailureReason   string  `bun:",notnull"`
	PatternViolated *string // the pattern whose violation the test caught
	CodeSnippet     *string
	Count           int64 `bun:",notnull"` // occurrences, at least 1; 0 is stored as 1
	Timestamp       Time  `bun:",notnull"`
}

// Table returns metrics_test_failures.
func (f *TestFailure) Table() string { return "metrics_test_failures" }

// Validate reports every rule that the failure breaks.
func (f *TestFailure) Validate() error {
	var c Checks
	f.check(&c)
	c.Name("test_name", f.TestName)
	c.Text("failure_reason", f.FailureReason)
	c.OptionalName("pattern_violated", f.PatternViolated)
	c.OptionalText("code_snippet", f.CodeSnippet)
	c.Positive("count", f.Count)
	c.Time("timestamp", f.Timestamp)
	return c.Err()
}

// ContentKey is a key made of the failure's content; see [Event].
func (f *TestFailure) ContentKey(ordinal int) string {
	c := contentOf(f.Table(), &f.Origin)
	c.text(f.TestName)
	c.text(f.FailureReason)
	c.optionalText(f.PatternViolated)
	c.optionalText(f.CodeSnippet)
	c.int(f.Count)
	c.time(f.Timestamp)
	return c.key(ordinal)
}

func (f *TestFailure) complete() { completeCount(&f.Count) }
