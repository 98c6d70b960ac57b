package api

import (
	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// UserTeam makes a user a member of a team.
type UserTeam struct {
	bun.BaseModel `bun:"table:user_teams,alias:ut"`

	UserID   int64        `bun:",pk"`
	TeamID   int64        `bun:",pk"`
	Role     Role         `bun:",notnull"` // in the team
	JoinedAt metrics.Time `bun:",notnull"`
}

// Validate reports every rule that the membership breaks.
func (m *UserTeam) Validate() error {
	var c metrics.Checks
	checkRole(&c, m.Role)
	c.Time("joined_at", m.JoinedAt)
	return c.Err()
}
