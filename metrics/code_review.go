package metrics

import "github.com/uptrace/bun"

// CodeReview is one finding of a review, by a person or a tool.
type CodeReview struct {
	bun.BaseModel `bun:"table:metrics_code_reviews,alias:cr"`

	ID int64 `bun:",pk,autoincrement"`
	Origin

	IssueType  string   `bun:",notnull"`
	Pattern    string   `bun:",notnull"`
	Severity   Severity `bun:",notnull"`
	FilePath   *string
	Line       *int64 // from 1; 0 when the finding concerns the whole file
	Suggestion *string
	Count      int64 `bun:",notnull"` // occurrences, at least 1; 0 is stored as 1
	Timestamp  Time  `bun:",notnull"`
}

// Table returns metrics_code_reviews.
func (r *CodeReview) Table() string { return "metrics_code_reviews" }

// Validate reports every rule that the finding breaks.
func (r *CodeReview) Validate() error {
	var c Checks
	r.check(&c)
	c.Name("issue_type", r.IssueType)
	c.Name("pattern", r.Pattern)
	c.Severity("severity", r.Severity)
	c.OptionalName("file_path", r.FilePath)
	c.NotNegative("line", r.Line)
	c.OptionalText("suggestion", r.Suggestion)
	c.Positive("count", r.Count)
	c.Time("timestamp", r.Timestamp)
	return c.Err()
}

// ContentKey is a key made of the finding's content; see [Event].
func (r *CodeReview) ContentKey(ordinal int) string {
	c := contentOf(r.Table(), &r.Origin)
	c.text(r.IssueType)
	c.text(r.Pattern)
	c.text(string(r.Severity))
	c.optionalText(r.FilePath)
	c.optionalInt(r.Line)
	c.optionalText(r.Suggestion)
	c.int(r.Count)
	c.time(r.Timestamp)
	return c.key(ordinal)
}

func (r *CodeReview) complete() { completeCount(&r.Count) }
