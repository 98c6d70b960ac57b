package api

import "github.com/doronpers/feedback-loop-go/metrics"

// Role is what a user may do.
type Role string

// The roles, mightiest first.
const (
	RoleAdmin     Role = "admin"     // manages people and settings
	RoleDeveloper Role = "developer" // records, writes patterns
	RoleViewer    Role = "viewer"    // reads
)

// Known tells whether r is one of the three roles.
func (r Role) Known() bool {
	switch r {
	case RoleAdmin, RoleDeveloper, RoleViewer:
		return true
	default:
		return false
	}
}

func checkRole(c *metrics.Checks, r Role) {
	c.Rule(r.Known(), "role", r, "must be admin, developer or viewer")
}
