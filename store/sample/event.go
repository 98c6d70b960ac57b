package sample

import (
	"iter"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// events tells all events of the period, day by day in the order of time. It
// tells the same each time it is called.
func (s *story) events() iter.Seq[metrics.Event] {
	return func(yield func(metrics.Event) bool) {
		d := &diary{story: s, r: s.random(streamEvents), links: s.random(streamLinks), written: map[string][]code{}}
		for day, quota := range s.quotas() {
			for _, event := range d.write(s.from.AddDate(0, 0, day), quota) {
				if !yield(event) {
					return
				}
			}
		}
	}
}

// diary notes what happens on a day.
type diary struct {
	*story
	r    *rand.Rand
	runs int // of pipelines so far
	day  []note

	links   *rand.Rand
	written map[string][]code // by project, in the order of time
}

// note is an event with its time.
type note struct {
	at    time.Time
	event metrics.Event
	risk  int // of the code that was written, 0 when none was
}

// write returns so many events of a day.
func (d *diary) write(date time.Time, quota int) []metrics.Event {
	d.day = d.day[:0]
	for len(d.day) < quota {
		d.happen(moment(d.r, date))
	}
	// What follows from a happening may be one event too many; it is the last
	// in the list, so that no event lacks what it came from.
	d.day = d.day[:quota]
	slices.SortStableFunc(d.day, func(a, b note) int { return a.at.Compare(b.at) })
	events := make([]metrics.Event, quota)
	for i, n := range d.day {
		if n.risk > 0 {
			d.remember(n)
		} else {
			d.blame(n)
		}
		events[i] = n.event
	}
	return events
}

func (d *diary) note(at time.Time, event metrics.Event) {
	d.day = append(d.day, note{at: at, event: event})
}

// happen notes one thing that happens at t, and what follows from it.
func (d *diary) happen(t time.Time) {
	p := d.project()
	done := d.progress(t)
	bugs, deployments := 120-80*done/1000, 34
	if wd := t.Weekday(); wd == time.Saturday || wd == time.Sunday {
		deployments = 6
	}
	if d.incident(p, t) {
		bugs, deployments = 5*bugs/2, 4*deployments
	}
	kinds := []func(*project, time.Time){
		d.generate, d.findBug, d.review, d.test, d.deploy, d.measure,
	}
	weights := []int{560, bugs, 100, 45, deployments, 90}
	kinds[weighted(d.r, weights)](p, t)
}

func (d *diary) project() *project {
	weights := make([]int, len(d.projects))
	for i, p := range d.projects {
		weights[i] = p.share
	}
	return d.projects[weighted(d.r, weights)]
}

// origin is where an event of the project came from.
func origin(p *project, source string, run string) metrics.Origin {
	o := metrics.Origin{OrganizationID: &p.org.id, Project: &p.name, Source: &source}
	if run != "" {
		o.RunID = &run
	}
	return o
}

// later is an instant after t, at most so much, and still in the period.
func (d *diary) later(t time.Time, atMost time.Duration) time.Time {
	atMost = min(atMost, d.Until.Sub(t))
	return t.Add(time.Duration(d.r.Int64N(int64(atMost/time.Microsecond))) * time.Microsecond)
}

// current picks one of the entries that the organization uses at t, the more
// used the likelier. It is nil when there is none.
func (d *diary) current(org *organization, t time.Time) *entry {
	chosen := d.choose(org, t, 1)
	if len(chosen) == 0 {
		return nil
	}
	return chosen[0]
}

// choose picks up to n different entries that the organization uses at t.
func (d *diary) choose(org *organization, t time.Time, n int) []*entry {
	var usable []*entry
	var weights []int
	for _, e := range org.library {
		if e.inUse(t) {
			usable = append(usable, e)
			weights = append(weights, e.use)
		}
	}
	chosen := make([]*entry, 0, n)
	for len(chosen) < n && len(usable) > 0 {
		i := weighted(d.r, weights)
		chosen = append(chosen, usable[i])
		usable = slices.Delete(usable, i, i+1)
		weights = slices.Delete(weights, i, i+1)
	}
	return chosen
}
