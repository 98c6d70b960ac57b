package dashboards_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
)

// fact is what the pages should know of one fact about a pattern. The head is
// the pattern of that name in any organization, nil without one.
type fact struct {
	kind, pattern                     string
	head                              *api.Pattern
	status                            string
	applications, successes, failures *int64
	score                             *float64
	seconds, user                     *int64
	at                                time.Time
}

func (f fact) category() string {
	if f.head == nil {
		return none
	}
	return textOf(f.head.Category)
}

// seedFacts stores the effectiveness of each pattern in each of n weeks before
// now and entries of time saved, now and then with unknown numbers, and returns
// all facts about patterns, those among the detections included.
func seedFacts(t *testing.T, db *store.DB, l *library, detections []detection, n int) []fact {
	t.Helper()

	random := rand.New(rand.NewPCG(5, 6))
	var facts []fact
	note := func(f fact) {
		f.head = l.head(nil, f.pattern)
		f.status = l.status(f.pattern)
		facts = append(facts, f)
	}
	var periods []metrics.Effectiveness
	for week := range n {
		start := weekOf(now).AddDate(0, 0, -7*week)
		for i, name := range append(patterns, "not-in-the-library") {
			applied := int64(random.IntN(5 + 5*i))
			succeeded := applied * int64(60+random.IntN(40)) / 100
			e := metrics.Effectiveness{
				PatternName: name, ApplicationCount: &applied, SuccessCount: &succeeded, FailureCount: new(applied - succeeded),
				PeriodStart: metrics.At(start), PeriodEnd: metrics.At(start.AddDate(0, 0, 7)),
			}
			if applied > 0 {
				e.EffectivenessScore = new(float64(succeeded) / float64(applied))
			}
			switch random.IntN(12) {
			case 0:
				e.EffectivenessScore = nil
			case 1:
				e.ApplicationCount = nil
			case 2:
				e.SuccessCount = new(applied + 1) // which cannot be
			}
			periods = append(periods, e)
			note(fact{
				kind: "Period", pattern: name, at: start,
				applications: e.ApplicationCount, successes: e.SuccessCount, failures: e.FailureCount, score: e.EffectivenessScore,
			})
		}
	}
	insertAll(t, db, periods)

	var savings []api.Metric
	for range 40 * n {
		p := &l.patterns[random.IntN(len(l.patterns))]
		at := metrics.At(now.Add(-time.Duration(random.Float64() * float64(n*7*24) * float64(time.Hour))))
		m := api.Metric{
			OrganizationID: p.OrganizationID, UserID: &l.users[random.IntN(len(l.users))].ID, MetricType: "time_saved",
			MetricData: metrics.JSON(`{}`), TimeSavedSeconds: new(int64(random.IntN(7200) - 600)), PatternID: &p.ID, CreatedAt: at,
		}
		switch random.IntN(10) {
		case 0:
			m.UserID = nil
		case 1:
			m.TimeSavedSeconds = nil
		case 2:
			m.PatternID = nil
		}
		savings = append(savings, m)
		if m.PatternID != nil {
			note(fact{kind: "Saving", pattern: p.Name, at: at.Time, seconds: m.TimeSavedSeconds, user: m.UserID})
		}
	}
	insertAll(t, db, savings)

	for _, d := range detections {
		if d.pattern != none {
			note(fact{kind: d.kind, pattern: d.pattern, at: d.at})
		}
	}
	return facts
}

// status of a pattern by its last application, whatever version was applied.
// The library was seeded relative to now, which the database does not share.
func (l *library) status(name string) string {
	status := none
	for _, p := range l.patterns {
		if p.Name != name {
			continue
		}
		if status == none {
			status = "Never used"
		}
		if p.LastApplied == nil {
			continue
		}
		switch age := time.Since(p.LastApplied.Time); {
		case age <= 7*24*time.Hour:
			return "Active"
		case age <= 30*24*time.Hour:
			status = "Recent"
		case status != "Recent":
			status = "Inactive"
		}
	}
	return status
}
