package api

import (
	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// User is a person or a program of one organization.
type User struct {
	bun.BaseModel `bun:"table:users,alias:usr"`

	ID             int64        `bun:",pk,autoincrement"`
	OrganizationID int64        `bun:",notnull"`
	Email          string       `bun:",notnull"`          // unique
	Username       string       `bun:",notnull"`          // unique
	HashedPassword PasswordHash `bun:",notnull" json:"-"` // never printed
	APIKey         *KeyHash     `bun:"api_key" json:"-"`  // never printed; NULL without a key
	FullName       *string
	AvatarURL      *string       `bun:"avatar_url"`
	Role           Role          `bun:",notnull"`
	IsActive       bool          `bun:",notnull"`
	IsVerified     bool          `bun:",notnull"`
	SSOProvider    *string       `bun:"sso_provider"`
	SSOID          *string       `bun:"sso_id"`
	LastLogin      *metrics.Time // NULL for who never logged in
	CreatedAt      metrics.Time  `bun:",notnull"`
	UpdatedAt      metrics.Time  `bun:",notnull"`
}

// Validate reports every rule that the user breaks.
func (u *User) Validate() error {
	var c metrics.Checks
	c.Name("email", u.Email)
	c.Name("username", u.Username)
	c.Rule(u.HashedPassword != "", "hashed_password", u.HashedPassword, "must not be empty")
	c.OptionalName("full_name", u.FullName)
	c.OptionalName("avatar_url", u.AvatarURL)
	checkRole(&c, u.Role)
	c.OptionalName("sso_provider", u.SSOProvider)
	c.OptionalName("sso_id", u.SSOID)
	c.OptionalTime("last_login", u.LastLogin)
	c.Time("created_at", u.CreatedAt)
	c.Time("updated_at", u.UpdatedAt)
	return c.Err()
}
