package metrics

import "github.com/uptrace/bun"

// Bug is a defect that was found in code, with the pattern that it violates.
type Bug struct {
	bun.BaseModel `bun:"table:metrics_bugs,alias:bug"`

	ID int64 `bun:",pk,autoincrement"`
	Origin

	Pattern    string  `bun:",notnull"`
	Error      string  `bun:",notnull"` // the message
	Code       *string // the code at fault
	FilePath   *string
	Line       *int64 // from 1; 0 when the tool speaks of the whole file
	StackTrace *string
	Count      int64 `bun:",notnull"` // occurrences, at least 1; 0 is stored as 1
	Timestamp  Time  `bun:",notnull"`
}

// Table returns metrics_bugs.
func (b *Bug) Table() string { return "metrics_bugs" }

// Validate reports every rule that the bug breaks.
func (b *Bug) Validate() error {
	var c Checks
	b.check(&c)
	c.Name("pattern", b.Pattern)
	c.Text("error", b.Error)
	c.OptionalText("code", b.Code)
	c.OptionalName("file_path", b.FilePath)
	c.NotNegative("line", b.Line)
	c.OptionalText("stack_trace", b.StackTrace)
	c.Positive("count", b.Count)
	c.Time("timestamp", b.Timestamp)
	return c.Err()
}

// ContentKey is a key made of the bug's content; see [Event].
func (b *Bug) ContentKey(ordinal int) string {
	c := contentOf(b.Table(), &b.Origin)
	c.text(b.Pattern)
	c.text(b.Error)
	c.optionalText(b.Code)
	c.optionalText(b.FilePath)
	c.optionalInt(b.Line)
	c.optionalText(b.StackTrace)
	c.int(b.Count)
	c.time(b.Timestamp)
	return c.key(ordinal)
}

func (b *Bug) complete() { completeCount(&b.Count) }
