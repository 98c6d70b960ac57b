package kpi_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/metrics"
)

// weekScore is a row of a pattern that starts so many complete weeks back; 0 is
// the running week.
func weekScore(name string, back int, applied int64, score float64) metrics.Effectiveness {
	e := period(name, applied, int64(score*float64(applied)), score)
	monday := kpi.Week(asOf).AddDate(0, 0, -7*back)
	e.PeriodStart, e.PeriodEnd = metrics.At(monday), metrics.At(monday.AddDate(0, 0, 7))
	return e
}

func TestEarlyWarnings(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		scores   map[int]float64 // by weeks back
		applied  int64
		want     kpi.Alert
		evidence kpi.Evidence
	}{
		"a drop of more than 0.05":          {map[int]float64{1: 0.7, 2: 0.8}, 20, kpi.AlertWarning, kpi.Conclusive},
		"a drop of exactly 0.05":            {map[int]float64{1: 0.65, 2: 0.70}, 20, kpi.AlertStable, kpi.Conclusive},
		"a rise":                            {map[int]float64{1: 0.9, 2: 0.8}, 20, kpi.AlertImproving, kpi.Conclusive},
		"a fall below 0.6 and the baseline": {map[int]float64{1: 0.5, 2: 0.52, 3: 0.7, 5: 0.7}, 20, kpi.AlertCritical, kpi.Conclusive},
		"low, but always was":               {map[int]float64{1: 0.5, 2: 0.5, 3: 0.5}, 20, kpi.AlertStable, kpi.Conclusive},
		"critical without a week before":    {map[int]float64{1: 0.5, 4: 0.7}, 20, kpi.AlertCritical, kpi.Conclusive},
		"a gap is no week before":           {map[int]float64{1: 0.8, 3: 0.9}, 20, kpi.AlertInsufficient, ""},
		"nothing last week":                 {map[int]float64{2: 0.8}, 20, kpi.AlertNoData, ""},
		"the running week does not count":   {map[int]float64{0: 0.1, 1: 0.8, 2: 0.8}, 20, kpi.AlertStable, kpi.Conclusive},
		"few applications":                  {map[int]float64{1: 0.25, 2: 0.75}, 4, kpi.AlertWarning, kpi.Inconclusive},
	} {
		var rows []metrics.Effectiveness
		for back, score := range c.scores {
			rows = append(rows, weekScore("a", back, c.applied, score))
		}
		got := kpi.EarlyWarnings(rows, asOf)
		if assert.Len(t, got, 1, name) {
			assert.Equal(t, c.want, got[0].Alert, name)
			assert.Equal(t, c.evidence, got[0].Evidence, name)
			assert.Equal(t, got[0].Current != nil && got[0].Previous != nil, got[0].Change != nil, name)
		}
	}
}

func TestWarningsAreListedWorstFirst(t *testing.T) {
	t.Parallel()

	broken := weekScore("broken", 1, 20, 85)
	got := kpi.EarlyWarnings([]metrics.Effectiveness{
		weekScore("up", 1, 20, 0.9), weekScore("up", 2, 20, 0.7), broken,
		weekScore("down", 1, 20, 0.7), weekScore("down", 2, 20, 0.9),
		weekScore("same", 1, 20, 0.7), weekScore("same", 2, 20, 0.7), weekScore("old", 9, 20, 0.7),
	}, asOf)
	var names []string
	for _, w := range got {
		names = append(names, w.Pattern)
	}
	assert.Equal(t, []string{"down", "same", "up"}, names)
}
