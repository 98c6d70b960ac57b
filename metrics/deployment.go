package metrics

import "github.com/uptrace/bun"

// Deployment is a problem that appeared when code was deployed. How many
// deployments there were is not here; see [MetricDeployment].
type Deployment struct {
	bun.BaseModel `bun:"table:metrics_deployment,alias:dep"`

	ID int64 `bun:",pk,autoincrement"`
	Origin

	IssueType             *string // NULL when the source does not classify
	Pattern               *string
	Environment           string `bun:",notnull"` // production, staging, …
	RootCause             *string
	ResolutionTimeMinutes *int64 // NULL while unresolved or unknown
	Count                 int64  `bun:",notnull"` // occurrences, at least 1; 0 is stored as 1
	Timestamp             Time   `bun:",notnull"`
}

// Table returns metrics_deployment.
func (d *Deployment) Table() string { return "metrics_deployment" }

// Validate reports every rule that the issue breaks.
func (d *Deployment) Validate() error {
	var c Checks
	d.check(&c)
	c.OptionalName("issue_type", d.IssueType)
	c.OptionalName("pattern", d.Pattern)
	c.Name("environment", d.Environment)
	c.OptionalText("root_cause", d.RootCause)
	c.NotNegative("resolution_time_minutes", d.ResolutionTimeMinutes)
	c.Positive("count", d.Count)
	c.Time("timestamp", d.Timestamp)
	return c.Err()
}

// ContentKey is a key made of the issue's content; see [Event].
func (d *Deployment) ContentKey(ordinal int) string {
	c := contentOf(d.Table(), &d.Origin)
	c.optionalText(d.IssueType)
	c.optionalText(d.Pattern)
	c.text(d.Environment)
	c.optionalText(d.RootCause)
	c.optionalInt(d.ResolutionTimeMinutes)
	c.int(d.Count)
	c.time(d.Timestamp)
	return c.key(ordinal)
}

func (d *Deployment) complete() { completeCount(&d.Count) }
