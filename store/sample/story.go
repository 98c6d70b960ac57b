package sample

import (
	"math/rand/v2"
	"time"
)

// story is the plot: the period, who takes part, and when what happens.
type story struct {
	Options
	from          time.Time
	organizations []*organization
	projects      []*project
}

func newStory(o Options) (*story, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	s := &story{Options: o, from: o.Until.AddDate(0, 0, -o.Days)}
	s.organizations = s.cast()
	for _, org := range s.organizations {
		s.projects = append(s.projects, org.projects...)
	}
	return s, nil
}

// Each part of the story has random numbers of its own, so that a change in
// one leaves the others alone.
const (
	streamEvents = iota
	streamPeople
	streamSavings
	streamAudit
	streamLinks
)

func (s *story) random(stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(s.Seed, stream)) //nolint:gosec // a story, no secret
}

// at is the instant at a part of the period: 0 is its beginning, 1000 its end.
// Negative parts lie before it.
func (s *story) at(permille int) time.Time {
	return s.from.Add(s.Until.Sub(s.from) / 1000 * time.Duration(permille))
}

// progress is how much of the period is over at t, in thousandths.
func (s *story) progress(t time.Time) int {
	return int(t.Sub(s.from).Milliseconds() * 1000 / s.Until.Sub(s.from).Milliseconds())
}

// workday is ten o'clock on the last working day up to t.
func workday(t time.Time) time.Time {
	year, month, day := t.Date()
	switch t.Weekday() {
	case time.Saturday:
		day--
	case time.Sunday:
		day -= 2
	default:
	}
	return time.Date(year, month, day, 10, 0, 0, 0, time.UTC)
}

// monday is the beginning of the week of t.
func monday(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day-(int(t.Weekday())+6)%7, 0, 0, 0, 0, time.UTC)
}

// incidentAt is where in the period the week of failed deployments begins.
const incidentAt = 700

// incident tells whether t lies in the week in which deployments of the
// project go wrong.
func (s *story) incident(p *project, t time.Time) bool {
	begin := monday(s.at(incidentAt))
	return p.name == projectCheckout && !t.Before(begin) && t.Before(begin.AddDate(0, 0, 7))
}

// quotas is how many events happen on each day: together exactly s.Events.
func (s *story) quotas() []int {
	var all int64
	for day := range s.Days {
		all += s.busyness(day)
	}
	quotas := make([]int, s.Days)
	var sum, given int64
	for day := range quotas {
		sum += s.busyness(day)
		upToHere := int64(s.Events) * sum / all
		quotas[day] = int(upToHere - given)
		given = upToHere
	}
	return quotas
}

// busyness grows by a third over the period and drops at weekends.
func (s *story) busyness(day int) int64 {
	growth := 900 + 300*int64(day)/int64(s.Days)
	switch s.from.AddDate(0, 0, day).Weekday() {
	case time.Saturday:
		return growth * 22 / 100
	case time.Sunday:
		return growth * 16 / 100
	default:
		return growth
	}
}

// hours says how much happens in each hour of a day.
var hours = []int{1, 1, 1, 1, 1, 2, 5, 12, 28, 40, 44, 40, 26, 36, 44, 42, 36, 24, 12, 8, 6, 4, 2, 1}

// moment is a random instant of a day.
func moment(r *rand.Rand, date time.Time) time.Time {
	within := time.Duration(weighted(r, hours))*time.Hour + time.Duration(r.Int64N(int64(time.Hour/time.Microsecond)))*time.Microsecond
	return date.Add(within)
}

// weighted picks an index with a chance proportional to its weight.
func weighted(r *rand.Rand, weights []int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := r.IntN(sum)
	for i, w := range weights {
		if n < w {
			return i
		}
		n -= w
	}
	return len(weights) - 1
}

// chance is true in so many of a thousand cases.
func chance(r *rand.Rand, permille int) bool { return r.IntN(1000) < permille }

// between is a random number from low to high, both included.
func between(r *rand.Rand, low, high int) int { return low + r.IntN(high-low+1) }

func pick[T any](r *rand.Rand, of []T) T { return of[r.IntN(len(of))] }
