package api

import (
	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// Config is a setting of an organization or of one of its teams.
type Config struct {
	bun.BaseModel `bun:"table:configs,alias:cfg"`

	ID             int64        `bun:",pk,autoincrement"`
	OrganizationID int64        `bun:",notnull"`
	TeamID         *int64       // NULL for the whole organization
	Key            string       `bun:",notnull"`           // unique for organization and team
	Value          metrics.JSON `bun:"type:jsonb,notnull"` // any JSON value but null
	Description    *string
	IsEnforced     bool         `bun:",notnull"` // teams cannot set it otherwise
	CreatedAt      metrics.Time `bun:",notnull"`
	UpdatedAt      metrics.Time `bun:",notnull"`
}

// Validate reports every rule that the setting breaks.
func (s *Config) Validate() error {
	var c metrics.Checks
	c.Name("key", s.Key)
	c.Rule(s.Value != nil, "value", nil, "must not be NULL")
	c.OptionalText("description", s.Description)
	c.Time("created_at", s.CreatedAt)
	c.Time("updated_at", s.UpdatedAt)
	return c.Err()
}
