package metrics

// Origin says where an event came from. All six event models embed it.
type Origin struct {
	// EventKey identifies the event: 64 lower-case hexadecimal characters,
	// unique in its table. An event whose key is already stored is a
	// duplicate and adds nothing. Left empty, the key is made from the
	// event's content when it is stored; see ContentKey.
	EventKey string `bun:",notnull"`

	OrganizationID *int64  // the tenant; NULL when there is only one
	Project        *string // what was worked on
	Source         *string // what reported it: a tool, a pipeline, a file format
	RunID          *string // the build or session in which it happened
}

// Provenance returns the origin itself, so that code which handles events of
// every kind can reach it.
func (o *Origin) Provenance() *Origin { return o }

func (o *Origin) check(c *Checks) {
	c.Rule(isKey(o.EventKey), "event_key", o.EventKey, "must be 64 lower-case hexadecimal characters")
	c.OptionalName("project", o.Project)
	c.OptionalName("source", o.Source)
	c.OptionalName("run_id", o.RunID)
}

func isKey(s string) bool {
	if len(s) != 64 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
