package api

import (
	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// Pattern is one version of an entry in an organization's pattern library.
// Versions are rows of their own that do not change: a new one names its
// predecessor as parent and takes its place as the active one.
type Pattern struct {
	bun.BaseModel `bun:"table:patterns,alias:pat"`

	ID                 int64  `bun:",pk,autoincrement"`
	OrganizationID     int64  `bun:",notnull"`
	TeamID             *int64 // NULL when it belongs to the whole organization
	AuthorID           int64  `bun:",notnull"`
	Name               string `bun:",notnull"` // unique with the version in the organization
	Description        string `bun:",notnull"`
	Category           *string
	Severity           *metrics.Severity // of breaking the pattern
	PatternData        metrics.JSON      `bun:"type:jsonb,notnull"` // a JSON object
	CodeExample        *string
	Solution           *string
	Frequency          *int64        // how often its violation was seen
	EffectivenessScore *float64      // 0 to 1
	TimesApplied       *int64        // in its lifetime
	Version            int64         `bun:",notnull"` // from 1
	ParentID           *int64        // the version before; NULL for the first
	IsActive           bool          `bun:",notnull"`
	IsArchived         bool          `bun:",notnull"`
	CreatedAt          metrics.Time  `bun:",notnull"`
	UpdatedAt          metrics.Time  `bun:",notnull"`
	LastApplied        *metrics.Time // NULL when it never was
}

// Validate reports every rule that the pattern breaks.
func (p *Pattern) Validate() error {
	var c metrics.Checks
	c.Name("name", p.Name)
	c.Text("description", p.Description)
	c.OptionalName("category", p.Category)
	if p.Severity != nil {
		c.Severity("severity", *p.Severity)
	}
	c.Rule(p.PatternData != nil, "pattern_data", nil, "must not be NULL")
	c.Object("pattern_data", p.PatternData)
	c.OptionalText("code_example", p.CodeExample)
	c.OptionalText("solution", p.Solution)
	c.NotNegative("frequency", p.Frequency)
	c.Share("effectiveness_score", p.EffectivenessScore)
	c.NotNegative("times_applied", p.TimesApplied)
	c.Positive("version", p.Version)
	c.Time("created_at", p.CreatedAt)
	c.Time("updated_at", p.UpdatedAt)
	c.OptionalTime("last_applied", p.LastApplied)
	return c.Err()
}
