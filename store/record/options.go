package record

import (
	"crypto/rand"
	"io"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// Options tunes a recorder. The zero value suits a service that must not wait
// for its records: 10,000 events and 32 MiB in memory, and what comes when they
// are used up is dropped and counted.
type Options struct {
	// MaxRecords and MaxBytes bound what is in flight: accepted and neither
	// stored nor refused nor dropped. Bytes are those of the events' fields in
	// memory. Zero means 10,000 and 32 MiB.
	MaxRecords int
	MaxBytes   int

	// WhenFull is what Record does at these bounds. Empty means [DropNewest].
	// Store waits, whatever it says.
	WhenFull Policy

	// Redact changes the fields of an event before it gets its key and is
	// queued. It is given the recorder's own copy, in the goroutine of the
	// caller.
	Redact func(metrics.Event)

	// Refused is told of every event that will never be stored as it is, and
	// why: what its Validate said, or a classified error of package store. It
	// must be safe for concurrent use, and must not call the recorder.
	Refused func(metrics.Event, error)

	// Journal keeps events on disk until the database has them. It belongs to
	// the recorder from then on, which closes it. Nil means none.
	Journal *Journal

	// Random is where event keys come from. Nil means crypto/rand.
	Random io.Reader
}

// Policy is what becomes of an event for which there is no room.
type Policy string

// The policies.
const (
	DropNewest Policy = "drop newest" // the event itself is dropped
	DropOldest Policy = "drop oldest" // the oldest ones make room, if they are not in the journal and nobody waits for them
	Block      Policy = "block"       // Record waits for room, until its context ends
)

func (o Options) withDefaults() Options {
	if o.MaxRecords <= 0 {
		o.MaxRecords = 10_000
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = 32 << 20
	}
	if o.Refused == nil {
		o.Refused = func(metrics.Event, error) {}
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	return o
}
