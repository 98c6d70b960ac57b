package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

// tenant is an organization with two users, so that there is who can have
// patterns and save time.
type tenant struct {
	id    int64
	users []int64
}

func newTenant(t *testing.T, db *store.DB, slug string) tenant {
	t.Helper()

	o := api.Organization{Name: slug, Slug: slug, SubscriptionTier: api.TierFree, CreatedAt: monday, UpdatedAt: monday}
	insertRow(t, db, &o)
	made := tenant{id: o.ID}
	for _, name := range []string{slug + "-1", slug + "-2"} {
		u := api.User{
			OrganizationID: o.ID, Email: name, Username: name, HashedPassword: "!", Role: api.RoleDeveloper, CreatedAt: monday, UpdatedAt: monday,
		}
		insertRow(t, db, &u)
		made.users = append(made.users, u.ID)
	}
	return made
}

// pattern stores a version of a pattern and returns its id.
func (o tenant) pattern(t *testing.T, db *store.DB, name string, version int64, active bool, lastApplied *metrics.Time) int64 {
	t.Helper()

	p := api.Pattern{
		OrganizationID: o.id, AuthorID: o.users[0], Name: name, Description: "d", Category: new("reliability"),
		PatternData: metrics.JSON(`{}`), Version: version, IsActive: active, LastApplied: lastApplied, CreatedAt: monday, UpdatedAt: monday,
	}
	insertRow(t, db, &p)
	return p.ID
}

// A pattern with two versions in two organizations, four periods, five entries
// of time saved, two bugs, three failed tests, a finding and a deployment issue:
// joined, each would show many times.
func TestPatternFactsDoNotMultiply(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		acme, borealis := newTenant(t, db, "acme"), newTenant(t, db, "borealis")
		first := acme.pattern(t, db, "retry", 1, false, nil)
		second := acme.pattern(t, db, "retry", 2, true, nil)
		other := borealis.pattern(t, db, "retry", 1, true, nil)
		guard := acme.pattern(t, db, "guard", 1, true, nil)

		for week := range 4 {
			start := monday.AddDate(0, 0, -7*week)
			insertRow(t, db, &metrics.Effectiveness{
				PatternName: "retry", ApplicationCount: new(int64(10)), SuccessCount: new(int64(9)), FailureCount: new(int64(1)),
				EffectivenessScore: new(0.9), PeriodStart: metrics.At(start), PeriodEnd: metrics.At(start.AddDate(0, 0, 7)),
			})
		}
		insertRow(t, db, &metrics.Effectiveness{PatternName: "retry", PeriodStart: monday, PeriodEnd: wednesday}) // of which nothing is known
		save := func(o tenant, user, pattern *int64, seconds *int64) {
			insertRow(t, db, &api.Metric{
				OrganizationID: o.id, UserID: user, MetricType: "time_saved", MetricData: metrics.JSON(`{}`),
				TimeSavedSeconds: seconds, PatternID: pattern, CreatedAt: wednesday,
			})
		}
		save(acme, &acme.users[0], &first, new(int64(3600)))
		save(acme, &acme.users[0], &second, new(int64(1800)))
		save(acme, &acme.users[1], &second, new(int64(-600)))
		save(acme, nil, &second, new(int64(1200)))
		save(borealis, &borealis.users[0], &other, nil)
		save(acme, &acme.users[1], &guard, new(int64(60)))
		save(acme, &acme.users[1], nil, new(int64(99))) // no pattern is to thank
		var events []metrics.Event
		for i := range 3 {
			at := metrics.At(wednesday.Add(time.Duration(i) * time.Second))
			if i < 2 {
				events = append(events, &metrics.Bug{Pattern: "retry", Error: "e", Count: 5, Timestamp: at})
			}
			events = append(events,
				&metrics.TestFailure{TestName: "t", FailureReason: "r", PatternViolated: new("retry"), Timestamp: at},
				&metrics.TestFailure{TestName: "t", FailureReason: "of no pattern", Timestamp: at},
			)
		}
		events = append(events,
			&metrics.CodeReview{IssueType: "i", Pattern: "retry", Severity: metrics.SeverityLow, Timestamp: wednesday},
			&metrics.Deployment{Environment: "production", Pattern: new("retry"), Timestamp: wednesday},
			&metrics.Deployment{Environment: "production", Timestamp: wednesday},
		)
		_, err := db.Insert(t.Context(), events)
		require.NoError(t, err)

		type sums struct {
			Pattern                                         string
			Category                                        string
			Version                                         int64
			Rows                                            int64
			Applications, Successes, Failures, Hours        float64
			Weight                                          float64
			Users, Bugs, Tests, Reviews, Deployments, Weeks int64
		}
		var got []sums
		err = db.NewSelect().Table("v_pattern_facts").
			ColumnExpr("pattern, category, version, COUNT(*) AS rows").
			ColumnExpr("COALESCE(SUM(applications), 0) * 1.0 AS applications, COALESCE(SUM(successes), 0) * 1.0 AS successes").
			ColumnExpr("COALESCE(SUM(failures), 0) * 1.0 AS failures, COALESCE(SUM(score_weight), 0) * 1.0 AS weight").
			ColumnExpr("SUM(seconds_saved) / 3600.0 AS hours, COUNT(DISTINCT user_id) AS users").
			ColumnExpr("COUNT(CASE WHEN kind = 'Bug' THEN 1 END) AS bugs, COUNT(CASE WHEN kind = 'Test failure' THEN 1 END) AS tests").
			ColumnExpr("COUNT(CASE WHEN kind = 'Review issue' THEN 1 END) AS reviews").
			ColumnExpr("COUNT(CASE WHEN kind = 'Deployment issue' THEN 1 END) AS deployments, COUNT(DISTINCT week) AS weeks").
			GroupExpr("pattern, category, version").OrderExpr("pattern").Scan(t.Context(), &got)
		require.NoError(t, err)
		assert.Equal(t, []sums{
			{Pattern: "guard", Category: "reliability", Version: 1, Rows: 1, Hours: 60.0 / 3600, Users: 1, Weeks: 1},
			{
				Pattern: "retry", Category: "reliability", Version: 2, Rows: 5 + 5 + 2 + 3 + 1 + 1,
				Applications: 40, Successes: 36, Failures: 4, Weight: 36, Hours: 6000.0 / 3600, Users: 3,
				Bugs: 2, Tests: 3, Reviews: 1, Deployments: 1, Weeks: 4,
			},
		}, got)
	})
}

func TestPatternHasAStatus(t *testing.T) {
	t.Parallel()

	ago := func(days int) *metrics.Time { return new(metrics.At(time.Now().AddDate(0, 0, -days))) }
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		acme := newTenant(t, db, "acme")
		acme.pattern(t, db, "in daily use", 1, true, ago(1))
		acme.pattern(t, db, "by an older version", 1, false, ago(6))
		acme.pattern(t, db, "by an older version", 2, true, ago(29))
		acme.pattern(t, db, "lately", 1, true, ago(8))
		acme.pattern(t, db, "long ago", 1, true, ago(31))
		acme.pattern(t, db, "never", 1, true, nil)
		want := map[string]string{
			"in daily use": "Active", "by an older version": "Active", "lately": "Recent", "long ago": "Inactive",
			"never": "Never used", "unknown to the library": "(none)",
		}
		for name := range want {
			bug := metrics.Bug{Pattern: name, Error: "e", Timestamp: wednesday}
			metrics.Complete(&bug)
			insertRow(t, db, &bug)
		}

		var rows []struct{ Pattern, Status string }
		require.NoError(t, db.NewSelect().Table("v_pattern_facts").Column("pattern", "status").Scan(t.Context(), &rows))
		got := map[string]string{}
		for _, row := range rows {
			got[row.Pattern] = row.Status
		}
		assert.Len(t, rows, len(want))
		assert.Equal(t, want, got)
	})
}

func TestPeriodReachesTheIndexesOfPatternFacts(t *testing.T) {
	t.Parallel()

	const query = "SELECT pattern, SUM(applications), COUNT(*) FROM v_pattern_facts" +
		" WHERE timestamp >= '2026-03-02 00:00:00' AND timestamp < '2026-03-30 00:00:00' GROUP BY pattern"
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		plan := planOf(t, db, query)
		assert.Equal(t, 1, strings.Count(plan, "pattern_effectiveness_time"), "%s", plan)
		// What is rolled up is found by day, what is not by its id.
		assert.Regexp(t, `fl_pattern_days USING PRIMARY KEY \(day>|fl_pattern_days_pkey`, plan)
		assert.Regexp(t, `SEARCH s USING PRIMARY KEY \(day>|fl_saving_days_pkey`, plan)
		assert.Regexp(t, `SEARCH m USING INTEGER PRIMARY KEY \(rowid>|metrics_pkey`, plan)
		assert.Regexp(t, `metrics_bugs USING INTEGER PRIMARY KEY \(rowid>|metrics_bugs_pkey`, plan)
	})
}
