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

	// GenerationKey is the event key of the code generation that the event
	// follows from: the one whose code has the bug, fails the test, was
	// reviewed or deployed. For a generation it is the earlier attempt that it
	// repeats. NULL is unknown or none. The generation need not be stored, nor
	// be stored first. [GenerationKeys] reads keys out of commit messages.
	GenerationKey *string
}

// Provenance returns the origin itself, so that code which handles events of
// every kind can reach it.
func (o *Origin) Provenance() *Origin { return o }

func (o *Origin) check(c *Checks) {
	c.Rule(isKey(o.EventKey), "event_key", o.EventKey, keyRule)
	c.OptionalName("project", o.Project)
	c.OptionalName("source", o.Source)
	c.OptionalName("run_id", o.RunID)
	if o.GenerationKey != nil {
		c.Rule(isKey(*o.GenerationKey), "generation_key", o.GenerationKey, keyRule)
	}
}

const keyRule = "must be 64 lower-case hexadecimal characters"

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
