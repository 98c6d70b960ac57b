package sample

import (
	"slices"
	"time"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// code is what a generation that succeeded left in its project.
type code struct {
	key  string // of the generation
	at   time.Time
	risk int // that it is to blame for what is found at its place, in a thousand
}

// remember keeps the code that a note tells of. Notes come in the order of
// time.
func (d *diary) remember(n note) {
	origin := n.event.Provenance()
	written := d.written[*origin.Project]
	for len(written) > 0 && n.at.Sub(written[0].at) > longestSearch {
		written = written[1:]
	}
	metrics.Complete(n.event) // makes its key
	d.written[*origin.Project] = append(written, code{origin.EventKey, n.at, n.risk})
}

// blame lets an event name the generation that it follows from, if it follows
// from one.
func (d *diary) blame(n note) {
	within := searched(n.event)
	if within == 0 {
		return
	}
	percent := between(d.links, 0, 99)
	since := n.at.Add(-within / 10_000 * time.Duration(percent*percent)) // most of what is wrong shows early

	origin := n.event.Provenance()
	written := d.written[*origin.Project]
	later, _ := slices.BinarySearchFunc(written, since, func(c code, t time.Time) int { return c.at.Compare(t) })
	if later == 0 {
		return // what is wrong is older than the story
	}
	if c := written[later-1]; chance(d.links, c.risk) {
		origin.GenerationKey = &c.key
	}
}

const longestSearch = 40 * 24 * time.Hour

// searched is how long code can be there until an event of this kind shows
// what is wrong with it, 0 for an event that never does.
func searched(event metrics.Event) time.Duration {
	switch e := event.(type) {
	case *metrics.TestFailure:
		if e.TestName == testFlaky {
			return 0
		}
		return 2 * 24 * time.Hour
	case *metrics.CodeReview:
		return 4 * 24 * time.Hour
	case *metrics.Deployment:
		return 14 * 24 * time.Hour
	case *metrics.Bug:
		return longestSearch
	default:
		return 0
	}
}
