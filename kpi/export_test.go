package kpi

import (
	"database/sql"
	"time"
)

// TQuantile lets the tests compare the quantile alone.
var TQuantile = tQuantile

// ParseList returns the number of names in patterns_applied; ok is false for
// what is no array.
func ParseList(text []byte) (names int64, ok bool) {
	l := parseList(text)
	return l.names, l.state == listKnown
}

// History lets simulations find effects without a database between.
type History struct{ h *history }

// NewHistory is about a pattern whose versions came at these moments.
func NewHistory(moments []time.Time, asOf time.Time, days int) History {
	return History{newHistory(moments, asOf, days)}
}

// Window is what the history looks at.
func (h History) Window() Window { return h.h.window() }

// Ended counts a generation.
func (h History) Ended(at time.Time, project string, with, success bool) {
	h.h.generated(at)
	h.h.ended(at, sql.NullString{String: project, Valid: true}, with, success)
}

// Found counts a bug.
func (h History) Found(at time.Time, named bool) { h.h.found(at, named) }

// Effects are the effects of the versions.
func (h History) Effects() []Effect { return h.h.effects() }
