package api

import (
	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// Team is a group of users of one organization.
type Team struct {
	bun.BaseModel `bun:"table:teams,alias:team"`

	ID             int64  `bun:",pk,autoincrement"`
	OrganizationID int64  `bun:",notnull"`
	Name           string `bun:",notnull"`
	Slug           string `bun:",notnull"` // unique in the organization
	Description    *string
	Settings       metrics.JSON `bun:"type:jsonb"` // a JSON object
	CreatedAt      metrics.Time `bun:",notnull"`
	UpdatedAt      metrics.Time `bun:",notnull"`
}

// Validate reports every rule that the team breaks.
func (t *Team) Validate() error {
	var c metrics.Checks
	c.Name("name", t.Name)
	c.Name("slug", t.Slug)
	c.OptionalText("description", t.Description)
	c.Object("settings", t.Settings)
	c.Time("created_at", t.CreatedAt)
	c.Time("updated_at", t.UpdatedAt)
	return c.Err()
}
