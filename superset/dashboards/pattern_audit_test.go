package dashboards_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
	"github.com/doronpers/feedback-loop-go/superset"
	"github.com/doronpers/feedback-loop-go/superset/dashboards"
)

// seedAudit stores n entries of the audit log over the days before now and
// returns them.
func seedAudit(t *testing.T, db *store.DB, l *library, n, days int) []api.AuditLog {
	t.Helper()

	random := rand.New(rand.NewPCG(7, 8))
	rows := make([]api.AuditLog, n)
	for i := range rows {
		o := i % 2
		rows[i] = api.AuditLog{
			OrganizationID: l.organizations[o].ID, UserID: &l.users[4*o+random.IntN(4)].ID,
			Action: *pick(random, "created", "updated", "viewed"), ResourceType: *pick(random, "pattern", "user", "config"),
			IPAddress: new(fmt.Sprint("203.0.113.", i%7)), UserAgent: pick(random, "browser", "script"),
			// No two at one instant: which comes first would be chance.
			CreatedAt: metrics.At(now.Add(-time.Duration(i) * time.Duration(days) * 24 * time.Hour / time.Duration(n))),
			Sequence:  int64(i + 1), PreviousHash: strings.Repeat("0", 64), Hash: strings.Repeat("f", 64),
		}
		switch rows[i].ResourceType {
		case "pattern":
			rows[i].ResourceID = &l.patterns[random.IntN(len(l.patterns))].ID
		case "user":
			rows[i].ResourceID = &l.users[random.IntN(len(l.users))].ID
		case "config":
			rows[i].ResourceID = new(int64(7))
		}
		switch random.IntN(9) {
		case 0:
			rows[i].UserID, rows[i].IPAddress = nil, nil
		case 1:
			rows[i].ResourceID = nil
		}
	}
	insertAll(t, db, rows)
	return rows
}

// seedPerformance stores n measurements over the days before now and returns
// them.
func seedPerformance(t *testing.T, db *store.DB, n, days int) []metrics.Performance {
	t.Helper()

	random := rand.New(rand.NewPCG(9, 10))
	rows := make([]metrics.Performance, n)
	for i := range rows {
		rows[i] = metrics.Performance{
			Origin:     metrics.Origin{Project: pick(random, "checkout", "data-pipeline"), Source: pick(random, "profiler")},
			MetricType: *pick(random, metrics.MetricExecutionTime, metrics.MetricLLMCall),
			Timestamp:  metrics.At(now.Add(-time.Duration(random.Float64() * float64(days) * float64(24*time.Hour)))),
		}
		if random.IntN(8) > 0 {
			rows[i].FunctionName = pick(random, "parse", "render", "hash")
		}
		if random.IntN(8) > 0 {
			rows[i].ExecutionTimeMS = new(float64(random.IntN(5000)) / 7)
			rows[i].MemoryUsageBytes, rows[i].FileSizeBytes = new(random.Int64N(1<<30)), new(random.Int64N(1<<22))
		}
		metrics.Complete(&rows[i])
	}
	insertAll(t, db, rows)
	return rows
}

// Each chart of the page shows what the rows say, computed here a second time.
func TestPatternAuditShowsWhatTheRowsSay(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		l := seedLibrary(t, db)
		facts := seedFacts(t, db, l, seedDetections(t, db, l, 400), 16)
		audit, measured := seedAudit(t, db, l, 600, 120), seedPerformance(t, db, 500, 120)
		facts = slices.DeleteFunc(facts, func(f fact) bool { return !twelveWeeks.contains(f.at) })
		audit = slices.DeleteFunc(audit, func(a api.AuditLog) bool { return !twelveWeeks.contains(a.CreatedAt.Time) })
		measured = slices.DeleteFunc(measured, func(p metrics.Performance) bool {
			return !twelveWeeks.contains(p.Timestamp.Time) || p.MetricType != metrics.MetricExecutionTime
		})
		require.NotEmpty(t, facts)
		require.NotEmpty(t, audit)
		require.NotEmpty(t, measured)
		for stage := range stages(t, db) {
			t.Run(stage, func(t *testing.T) {
				want := patternAuditRows(l, facts, audit, measured)
				assertCharts(t, db, dashboards.PatternAudit().For(superset.Version41), want)
				want["user-activity"] = [][][]string{l.userDays(audit)}
				assertCharts(t, db, dashboards.PatternAudit().For(superset.Version61), want)
			})
		}
	})
}

// patternAuditRows is what each query of each chart has to find.
func patternAuditRows(l *library, facts []fact, audit []api.AuditLog, measured []metrics.Performance) map[string][][][]string {
	one := func(n float64) [][][]string { return [][][]string{{{number(n)}}} }
	heads, active, applied, categories := 0.0, 0.0, 0.0, map[string]bool{}
	for i := range l.patterns {
		p := &l.patterns[i]
		applied += float64(*p.TimesApplied)
		if l.head(&p.OrganizationID, p.Name) != p {
			continue
		}
		heads++
		if p.IsActive {
			active++
		}
		if p.Category != nil {
			categories[*p.Category] = true
		}
	}
	kind := func(k string) func([]fact) string { return counting(func(f fact) bool { return f.kind == k }) }
	entry := func(f fact) string {
		version, severity := "NULL", none
		if f.head != nil {
			version, severity = strconv.FormatInt(f.head.Version, 10), textOf((*string)(f.head.Severity))
		}
		return strings.Join([]string{f.pattern, f.category(), severity, version, f.status}, "|")
	}
	actions := counting(func(api.AuditLog) bool { return true })
	var trail [][]string
	for _, a := range audit {
		trail = append(trail, []string{
			a.CreatedAt.UTC().Format("2006-01-02 15:04"), l.username(a), a.Action, a.ResourceType, l.resource(a), textOf(a.IPAddress),
		})
	}
	bubble := func(p metrics.Performance) string { return textOf(p.FunctionName) + "|" + textOf(p.Project) }
	return map[string][][][]string{
		"library-patterns":     one(heads),
		"library-active":       one(active),
		"library-categories":   one(float64(len(categories))),
		"library-applications": one(applied / heads),
		"version-history":      {l.history()},
		"audit-activity":       {tally(audit, func(a api.AuditLog) string { return a.ResourceType + "|" + a.Action }, actions)},
		"pattern-report": {tally(facts, entry, applications, patternSuccess, effectiveness,
			kind("Bug"), kind("Test failure"), kind("Review issue"), kind("Deployment issue"), hours)},
		"user-activity": {tally(audit, func(a api.AuditLog) string {
			return weekOf(a.CreatedAt.Time).Format(time.DateTime) + "|" + l.username(a)
		}, actions)},
		"audit-trail": {trail},
		"performance-impact": {tally(measured, bubble,
			meanMeasured(func(p metrics.Performance) *int64 { return p.FileSizeBytes }, 1<<10),
			func(rows []metrics.Performance) string {
				sum, n := 0.0, 0.0
				for _, p := range rows {
					if p.ExecutionTimeMS != nil {
						sum, n = sum+*p.ExecutionTimeMS, n+1
					}
				}
				return orNull(sum/n, n > 0)
			},
			meanMeasured(func(p metrics.Performance) *int64 { return p.MemoryUsageBytes }, 1<<20))},
	}
}

// userDays is a bar for each user, day and organization.
func (l *library) userDays(audit []api.AuditLog) [][]string {
	days := map[string][]api.AuditLog{}
	for _, a := range audit {
		key := fmt.Sprint(a.CreatedAt.UTC().Format(time.DateOnly), l.username(a), a.OrganizationID)
		days[key] = append(days[key], a)
	}
	var bars [][]string
	for _, entries := range days {
		midnight := entries[0].CreatedAt.UTC().Truncate(24 * time.Hour)
		activity, times, addresses := "viewed", []string{}, []string{}
		for _, a := range entries {
			times, addresses = append(times, a.CreatedAt.UTC().Format("15:04")), append(addresses, textOf(a.IPAddress))
			if a.Action != "viewed" {
				activity = "changed"
			}
		}
		address := slices.Min(addresses)
		if slices.Max(addresses) != address {
			address += " and others"
		}
		bars = append(bars, []string{
			number(float64(midnight.UnixMilli())), number(float64(midnight.AddDate(0, 0, 1).UnixMilli())),
			l.username(entries[0]), activity, slices.Min(times), slices.Max(times), address, number(float64(len(entries))),
		})
	}
	return bars
}

func meanMeasured(value func(metrics.Performance) *int64, unit float64) func([]metrics.Performance) string {
	return func(rows []metrics.Performance) string {
		sum, n := 0.0, 0.0
		for _, p := range rows {
			if v := value(p); v != nil {
				sum, n = sum+float64(*v), n+1
			}
		}
		return orNull(sum/n/unit, n > 0)
	}
}

func patternSuccess(facts []fact) string {
	hits, trials := 0.0, 0.0
	for _, f := range facts {
		if f.applications != nil && f.successes != nil && *f.successes <= *f.applications {
			hits, trials = hits+float64(*f.successes), trials+float64(*f.applications)
		}
	}
	return orNull(hits/trials, trials > 0)
}

// username names who made an entry of the log.
func (l *library) username(a api.AuditLog) string {
	for _, u := range l.users {
		if a.UserID != nil && u.ID == *a.UserID {
			return u.Username
		}
	}
	return "(program)"
}

// resource names what an entry of the log is about.
func (l *library) resource(a api.AuditLog) string {
	if a.ResourceID == nil {
		return none
	}
	switch a.ResourceType {
	case "pattern":
		i := slices.IndexFunc(l.patterns, func(p api.Pattern) bool { return p.ID == *a.ResourceID })
		return fmt.Sprint(l.patterns[i].Name, " v", l.patterns[i].Version)
	case "user":
		i := slices.IndexFunc(l.users, func(u api.User) bool { return u.ID == *a.ResourceID })
		return l.users[i].Username
	}
	return fmt.Sprint("#", *a.ResourceID)
}

// history is the rows of the phases of each pattern, with their days up to the
// present of the database.
func (l *library) history() [][]string {
	date := func(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
	row := func(p api.Pattern, phase string, from, until time.Time) []string {
		name := p.Name
		if slices.ContainsFunc(l.patterns, func(q api.Pattern) bool { return q.Name == p.Name && q.OrganizationID != p.OrganizationID }) {
			name += " (" + l.name(&p.OrganizationID) + ")"
		}
		return []string{name, phase, number(date(from).Sub(date(until)).Hours() / 24)}
	}
	var rows [][]string
	for _, p := range l.patterns {
		until := time.Now()
		next := slices.IndexFunc(l.patterns, func(q api.Pattern) bool {
			return q.Name == p.Name && q.OrganizationID == p.OrganizationID && q.Version == p.Version+1
		})
		switch {
		case next >= 0:
			until = l.patterns[next].CreatedAt.Time
		case p.IsArchived:
			until = p.UpdatedAt.Time
			rows = append(rows, row(p, "withdrawn", until, time.Now()))
		}
		rows = append(rows, row(p, fmt.Sprint("v", p.Version), p.CreatedAt.Time, until))
	}
	return rows
}
