package sample

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
)

// Options says how much there is to tell.
type Options struct {
	// Until is the end of the period: its midnight in UTC, exclusive. It must
	// be set, in the years 2000 to 9998.
	Until time.Time

	Days   int    // length of the period, up to 3650; zero means 90
	Events int    // rows of the six event tables; zero means 20,000
	Seed   uint64 // another seed tells the same story with other numbers

	// Progress, when set, is called with the number of events handled so far.
	Progress func(done int)
}

// batch is how many events are handed to the store at once.
const batch = 5000

// Write writes the sample into a database of the current schema and returns
// what became of the events. Doing so again with the same options adds
// nothing. With other options it adds other events, but leaves organizations,
// people, patterns, audit log and rollups as they are.
func Write(ctx context.Context, db *store.DB, o Options) (store.Receipt, error) {
	total := store.Receipt{Tables: map[string]store.Count{}}
	s, err := newStory(o)
	if err != nil {
		return total, err
	}
	rollups := s.tally()
	err = db.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		return s.writeSurroundings(ctx, tx, rollups)
	})
	if err != nil {
		return total, fmt.Errorf("sample: %w", err)
	}

	done := 0
	insert := func(events []metrics.Event) error {
		receipt, err := db.Insert(ctx, events)
		for i := range receipt.Refused {
			receipt.Refused[i].Index += done
		}
		total.Add(receipt)
		if err != nil {
			return fmt.Errorf("sample: %w", err)
		}
		done += len(events)
		if o.Progress != nil {
			o.Progress(done)
		}
		return nil
	}
	var events []metrics.Event
	for event := range s.events() {
		events = append(events, event)
		if len(events) == batch {
			if err := insert(events); err != nil {
				return total, err
			}
			events = events[:0]
		}
	}
	if len(events) > 0 {
		if err := insert(events); err != nil {
			return total, err
		}
	}
	return total, nil
}

const (
	defaultDays   = 90
	defaultEvents = 20_000
	maxDays       = 3650
	firstYear     = 2000 // what happened before the period lies in the years since 1970, too
	lastYear      = 9998 // and the end of its last week in those up to 9999
)

// complete returns the options with their defaults, and Until cut to its day.
func (o Options) complete() (Options, error) {
	o.Until = o.Until.UTC()
	year, month, day := o.Until.Date()
	o.Until = time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	if o.Days == 0 {
		o.Days = defaultDays
	}
	if o.Events == 0 {
		o.Events = defaultEvents
	}
	var wrong []error
	if year < firstYear || year > lastYear {
		wrong = append(wrong, fmt.Errorf("sample: until the year %d: must be in %d to %d", year, firstYear, lastYear))
	}
	if o.Days < 1 || o.Days > maxDays {
		wrong = append(wrong, fmt.Errorf("sample: %d days: must be 1 to %d", o.Days, maxDays))
	}
	if o.Events < 1 {
		wrong = append(wrong, fmt.Errorf("sample: %d events: must be at least 1", o.Events))
	}
	return o, errors.Join(wrong...)
}
