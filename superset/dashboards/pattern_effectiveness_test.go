package dashboards_test

import (
	"cmp"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
	"github.com/doronpers/feedback-loop-go/superset"
	"github.com/doronpers/feedback-loop-go/superset/dashboards"
)

// Each chart of the page shows what the rows say, computed here a second time.
func TestPatternEffectivenessShowsWhatTheRowsSay(t *testing.T) {
	t.Parallel()

	filters := map[string]struct {
		set      []superset.Condition
		keep     func(fact) bool
		keepCode func(metrics.CodeGeneration) bool
	}{
		"no filter": {
			nil, func(fact) bool { return true }, func(metrics.CodeGeneration) bool { return true },
		},
		"one pattern": {
			[]superset.Condition{superset.OneOf("pattern", "guard-clause")},
			func(f fact) bool { return f.pattern == "guard-clause" },
			func(g metrics.CodeGeneration) bool { return slices.Contains(g.PatternsApplied, "guard-clause") },
		},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		generations := stored(t, db, seeded(t, db))
		l := seedLibrary(t, db)
		facts := seedFacts(t, db, l, seedDetections(t, db, l, 200), 16)
		for stage := range stages(t, db) {
			for name, filter := range filters {
				t.Run(stage+", "+name, func(t *testing.T) {
					var kept []fact
					for _, f := range facts {
						if twelveWeeks.contains(f.at) && filter.keep(f) {
							kept = append(kept, f)
						}
					}
					var code []metrics.CodeGeneration
					for _, g := range generations {
						if twelveWeeks.contains(g.Timestamp.Time) && !isPlan(g) && filter.keepCode(g) {
							code = append(code, g)
						}
					}
					require.NotEmpty(t, kept)
					require.NotEmpty(t, code)
					assertCharts(t, db, dashboards.PatternEffectiveness(), patternEffectivenessRows(kept, code), filter.set...)
				})
			}
		}
	})
}

// stored gives the generations the ids that the database gave them.
func stored(t *testing.T, db *store.DB, generations []metrics.CodeGeneration) []metrics.CodeGeneration {
	t.Helper()

	var rows []metrics.CodeGeneration
	require.NoError(t, db.NewSelect().Model(&rows).Column("id", "event_key").Scan(t.Context()))
	ids := map[string]int64{}
	for _, row := range rows {
		ids[row.EventKey] = row.ID
	}
	for i := range generations {
		generations[i].ID = ids[generations[i].EventKey]
	}
	return generations
}

// patternEffectivenessRows is what each query of each chart has to find.
func patternEffectivenessRows(facts []fact, generations []metrics.CodeGeneration) map[string][][][]string {
	pattern := func(f fact) string { return f.pattern }
	ofKind := func(kinds ...string) []fact {
		return slices.DeleteFunc(slices.Clone(facts), func(f fact) bool { return !slices.Contains(kinds, f.kind) })
	}
	periods := ofKind("Period")

	ranked := tally(periods, pattern, applications)
	applied := func(row []string) float64 { n, _ := strconv.ParseFloat(row[1], 64); return n }
	slices.SortFunc(ranked, func(a, b []string) int { return cmp.Compare(applied(b), applied(a)) })
	var most []string
	for _, row := range ranked[:min(5, len(ranked))] {
		most = append(most, row[0])
	}
	shown := slices.DeleteFunc(slices.Clone(periods), func(f fact) bool { return !slices.Contains(most, f.pattern) })

	surely := tally(periods, pattern, surelyEffective)
	surely = slices.DeleteFunc(surely, func(row []string) bool {
		return !slices.ContainsFunc(ranked, func(r []string) bool { return r[0] == row[0] && applied(r) >= 10 })
	})
	slices.SortFunc(surely, func(a, b []string) int { return cmp.Compare(applied(b), applied(a)) })

	var judged, sure []metrics.CodeGeneration
	for _, g := range generations {
		if g.Confidence != nil && g.Success != nil {
			judged = append(judged, g)
		}
	}
	inBin := map[float64]int{}
	bin := func(g metrics.CodeGeneration) float64 { return min(float64(int(*g.Confidence*10)), 9) / 10 }
	for _, g := range judged {
		inBin[bin(g)]++
	}
	for _, g := range judged {
		if inBin[bin(g)] >= 10 {
			sure = append(sure, g)
		}
	}
	binName := func(g metrics.CodeGeneration) string { return number(bin(g)) }
	byRow := func(g metrics.CodeGeneration) string {
		outcome := "Failure"
		if *g.Success {
			outcome = "Success"
		}
		return strconv.FormatInt(g.ID, 10) + "|" + outcome
	}
	return map[string][][][]string{
		"effectiveness-over-time": {tally(shown, func(f fact) string {
			return weekOf(f.at).Format(time.DateOnly) + "|" + f.pattern
		}, effectiveness)},
		"most-effective-patterns": {surely[:min(10, len(surely))]},
		"calibration":             {group(sure, binName, meanOf(success)), group(sure, binName, meanOf(confidence))},
		"confidence-by-outcome":   {group(judged, byRow, meanOf(confidence))},
		"pattern-roi": {tally(ofKind("Period", "Saving"), func(f fact) string { return f.pattern + "|" + f.category() },
			hours, users, hoursPerUser, applications, effectiveness)},
	}
}

// orNull is the number, or NULL where there is nothing to know it from.
func orNull(v float64, known bool) string {
	if !known {
		return "NULL"
	}
	return number(v)
}

func applications(facts []fact) string {
	n, known := 0.0, false
	for _, f := range facts {
		if f.applications != nil {
			n, known = n+float64(*f.applications), true
		}
	}
	return orNull(n, known)
}

func effectiveness(facts []fact) string {
	sum, weight := 0.0, 0.0
	for _, f := range facts {
		if f.applications != nil && f.score != nil {
			sum, weight = sum+float64(*f.applications)**f.score, weight+float64(*f.applications)
		}
	}
	return orNull(sum/weight, weight > 0)
}

func surelyEffective(facts []fact) string {
	var hits, trials int64
	for _, f := range facts {
		if f.applications != nil && f.successes != nil && *f.successes <= *f.applications {
			hits, trials = hits+*f.successes, trials+*f.applications
		}
	}
	interval, err := kpi.Wilson(hits, trials)
	return orNull(interval.Lower, err == nil)
}

func hours(facts []fact) string {
	seconds, known := 0.0, false
	for _, f := range facts {
		if f.seconds != nil {
			seconds, known = seconds+float64(*f.seconds), true
		}
	}
	return orNull(seconds/3600, known)
}

func users(facts []fact) string {
	seen := map[int64]bool{}
	for _, f := range facts {
		if f.user != nil {
			seen[*f.user] = true
		}
	}
	return number(float64(len(seen)))
}

func hoursPerUser(facts []fact) string {
	seen, seconds, known := map[int64]bool{}, 0.0, false
	for _, f := range facts {
		if f.user == nil {
			continue
		}
		seen[*f.user] = true
		if f.seconds != nil {
			seconds, known = seconds+float64(*f.seconds), true
		}
	}
	return orNull(seconds/3600/float64(len(seen)), known)
}
