package metrics

import "github.com/uptrace/bun"

// SourcePlanFile marks generations that were read out of a plan, not made by
// a model: confidence and success of theirs are no measurements. KPIs and
// dashboards leave them out.
const SourcePlanFile = "plan_file"

// CodeGeneration is one attempt to write code from a prompt.
type CodeGeneration struct {
	bun.BaseModel `bun:"table:metrics_code_generation,alias:cg"`

	ID int64 `bun:",pk,autoincrement"`
	Origin

	Prompt             string   `bun:",notnull"`
	PatternsApplied    Names    `bun:"type:jsonb"` // NULL unknown, empty none
	PatternsCount      *int64   // NULL unknown, even when the list is known
	Confidence         *float64 // 0 to 1, as the generator saw it; NULL unknown
	Success            *bool    // compiled and ran; NULL unknown
	CodeLength         *int64   // characters of the generated code
	CompilationError   *string  // NULL or blank when it compiled
	GenerationMetadata JSON     `bun:"type:jsonb"` // a JSON object
	Timestamp          Time     `bun:",notnull"`
}

// Table returns metrics_code_generation.
func (g *CodeGeneration) Table() string { return "metrics_code_generation" }

// Validate reports every rule that the generation breaks.
func (g *CodeGeneration) Validate() error {
	var c Checks
	g.check(&c)
	c.Text("prompt", g.Prompt)
	c.NameList("patterns_applied", g.PatternsApplied)
	c.NotNegative("patterns_count", g.PatternsCount)
	c.Share("confidence", g.Confidence)
	c.NotNegative("code_length", g.CodeLength)
	c.OptionalText("compilation_error", g.CompilationError)
	c.Object("generation_metadata", g.GenerationMetadata)
	c.Time("timestamp", g.Timestamp)
	return c.Err()
}

// ContentKey is a key made of the generation's content; see [Event]. A count
// that only repeats the length of the list is no content of its own: some
// programs write it and some do not.
func (g *CodeGeneration) ContentKey(ordinal int) string {
	count := g.PatternsCount
	if g.PatternsApplied != nil && count != nil && *count == int64(len(g.PatternsApplied)) {
		count = nil
	}
	c := contentOf(g.Table(), &g.Origin)
	c.text(g.Prompt)
	c.names(g.PatternsApplied)
	c.optionalInt(count)
	c.optionalFloat(g.Confidence)
	c.optionalBool(g.Success)
	c.optionalInt(g.CodeLength)
	c.optionalText(g.CompilationError)
	c.json(g.GenerationMetadata)
	c.time(g.Timestamp)
	return c.key(ordinal)
}

func (g *CodeGeneration) complete() {}
