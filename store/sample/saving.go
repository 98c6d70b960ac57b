package sample

import (
	"slices"
	"time"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/metrics"
)

// metricTimeSaved is the kind of the rows that say how much time a pattern
// saved somebody.
const metricTimeSaved = "time_saved"

// savings returns what the patterns saved people, in the order of time: about
// one row for twelve events.
func (s *story) savings() []api.Metric {
	d := &diary{story: s, r: s.random(streamSavings)}
	var rows []api.Metric
	for day, quota := range s.quotas() {
		for range (quota + d.r.IntN(12)) / 12 {
			t := moment(d.r, s.from.AddDate(0, 0, day))
			if row, ok := d.saving(t); ok {
				rows = append(rows, row)
			}
		}
	}
	slices.SortStableFunc(rows, func(a, b api.Metric) int { return a.CreatedAt.Compare(b.CreatedAt.Time) })
	return rows
}

func (d *diary) saving(t time.Time) (api.Metric, bool) {
	p := d.project()
	who := pick(d.r, p.org.people)
	e := d.current(p.org, t)
	if who.team == nil || who.lastLogin.IsZero() || !who.active || e == nil {
		return api.Metric{}, false
	}
	seconds := int64(60 * between(d.r, 2, 45))
	row := api.Metric{
		OrganizationID:   p.org.id,
		TeamID:           &who.team.id,
		UserID:           &who.id,
		MetricType:       metricTimeSaved,
		MetricData:       object(map[string]any{"project": p.name, "pattern": e.name}),
		TimeSavedSeconds: &seconds,
		PatternID:        &e.at(t).id,
		CreatedAt:        metrics.At(t),
	}
	switch n := d.r.IntN(1000); {
	case n < 15: // the pattern got in the way
		seconds = -seconds / 2
	case n < 40:
		row.TimeSavedSeconds = nil
	case n < 80:
		row.PatternID = nil
		row.MetricData = object(map[string]any{"project": p.name})
	}
	return row, true
}
