package api

import (
	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// Tier is what an organization subscribed to.
type Tier string

// The tiers.
const (
	TierFree       Tier = "free"
	TierTeam       Tier = "team"
	TierEnterprise Tier = "enterprise"
)

// Organization is a tenant: what belongs to one is invisible to the others.
type Organization struct {
	bun.BaseModel `bun:"table:organizations,alias:org"`

	ID               int64        `bun:",pk,autoincrement"`
	Name             string       `bun:",notnull"`
	Slug             string       `bun:",notnull"` // unique; the name in addresses
	SubscriptionTier Tier         `bun:",notnull"`
	Settings         metrics.JSON `bun:"type:jsonb"` // a JSON object
	CreatedAt        metrics.Time `bun:",notnull"`
	UpdatedAt        metrics.Time `bun:",notnull"`
}

// Validate reports every rule that the organization breaks.
func (o *Organization) Validate() error {
	var c metrics.Checks
	c.Name("name", o.Name)
	c.Name("slug", o.Slug)
	t := o.SubscriptionTier
	c.Rule(t == TierFree || t == TierTeam || t == TierEnterprise,
		"subscription_tier", t, "must be free, team or enterprise")
	c.Object("settings", o.Settings)
	c.Time("created_at", o.CreatedAt)
	c.Time("updated_at", o.UpdatedAt)
	return c.Err()
}
