package api

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// AuditLog is one change that somebody made. The rows of an organization form
// a chain: each holds the hash of the one before, so that a change or a gap
// in the log shows.
type AuditLog struct {
	bun.BaseModel `bun:"table:audit_logs,alias:al"`

	ID             int64        `bun:",pk,autoincrement"`
	OrganizationID int64        `bun:",notnull"`
	UserID         *int64       // NULL when a program acted by itself
	Action         string       `bun:",notnull"` // created, updated, deleted, …
	ResourceType   string       `bun:",notnull"` // pattern, user, …
	ResourceID     *int64       // the row that the change produced
	OldValues      metrics.JSON `bun:"type:jsonb"` // a JSON object
	NewValues      metrics.JSON `bun:"type:jsonb"` // a JSON object
	IPAddress      *string      `bun:"ip_address"`
	UserAgent      *string
	CreatedAt      metrics.Time `bun:",notnull"`
	Sequence       int64        `bun:",notnull"` // from 1 without gaps, per organization
	PreviousHash   string       `bun:",notnull"` // the Hash of the one before, FirstHash for the first
	Hash           string       `bun:",notnull"` // see ChainHash
}

// Validate reports every rule that the entry breaks. It does not check the
// hash itself.
func (a *AuditLog) Validate() error {
	var c metrics.Checks
	c.Name("action", a.Action)
	c.Name("resource_type", a.ResourceType)
	c.Object("old_values", a.OldValues)
	c.Object("new_values", a.NewValues)
	c.OptionalName("ip_address", a.IPAddress)
	c.OptionalName("user_agent", a.UserAgent)
	c.Time("created_at", a.CreatedAt)
	c.Positive("sequence", a.Sequence)
	c.Rule(len(a.PreviousHash) == 64, "previous_hash", a.PreviousHash, "must be 64 characters")
	c.Rule(len(a.Hash) == 64, "hash", a.Hash, "must be 64 characters")
	return c.Err()
}

// FirstHash is what the first entry of a chain has for the hash of the one
// before.
const FirstHash = "0000000000000000000000000000000000000000000000000000000000000000"

// ChainHash is what Hash must be: the SHA-256 over all other fields but the
// id, each after its length, as 64 hexadecimal characters. An entry whose Hash
// differs was changed.
func (a *AuditLog) ChainHash() string {
	var b []byte
	text := func(s string) {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	number := func(n *int64) {
		if n == nil {
			text("")
			return
		}
		text(strconv.FormatInt(*n, 10))
	}
	optional := func(s *string) {
		if s == nil {
			text("")
			return
		}
		text(*s)
	}
	text(a.PreviousHash)
	number(&a.OrganizationID)
	number(&a.Sequence)
	number(a.UserID)
	text(a.Action)
	text(a.ResourceType)
	number(a.ResourceID)
	text(string(a.OldValues))
	text(string(a.NewValues))
	optional(a.IPAddress)
	optional(a.UserAgent)
	text(a.CreatedAt.Format(time.RFC3339Nano))
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
