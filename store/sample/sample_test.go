package sample_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/sample"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

var until = time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)

func write(t *testing.T, db *store.DB, o sample.Options) store.Receipt {
	t.Helper()

	receipt, err := sample.Write(t.Context(), db, o)
	require.NoError(t, err)
	require.Empty(t, receipt.Refused)
	return receipt
}

// rows reads a table in the order of its key, as the models see it.
func rows[T any](t *testing.T, db *store.DB, order string) []T {
	t.Helper()

	var all []T
	require.NoError(t, db.NewSelect().Model(&all).OrderExpr(order).Scan(t.Context()))
	return all
}

// digest is a checksum of all tables, ids included.
func digest(t *testing.T, db *store.DB) string {
	t.Helper()

	h := sha256.New()
	enc := json.NewEncoder(h)
	for _, table := range []any{
		rows[api.Organization](t, db, "id"),
		rows[api.Team](t, db, "id"),
		rows[api.User](t, db, "id"),
		rows[api.UserTeam](t, db, "user_id, team_id"),
		rows[api.Pattern](t, db, "id"),
		rows[api.AuditLog](t, db, "id"),
		rows[api.Config](t, db, "id"),
		rows[api.Metric](t, db, "id"),
		rows[metrics.Bug](t, db, "id"),
		rows[metrics.TestFailure](t, db, "id"),
		rows[metrics.CodeReview](t, db, "id"),
		rows[metrics.Performance](t, db, "id"),
		rows[metrics.Deployment](t, db, "id"),
		rows[metrics.CodeGeneration](t, db, "id"),
		rows[metrics.Effectiveness](t, db, "id"),
		rows[metrics.Summary](t, db, "id"),
	} {
		require.NotEmpty(t, table)
		require.NoError(t, enc.Encode(table))
	}
	return hex.EncodeToString(h.Sum(nil))
}

func TestSameOptionsGiveTheSameRowsOnBothDatabases(t *testing.T) {
	t.Parallel()

	var mutex sync.Mutex
	digests := map[string]string{}
	t.Cleanup(func() {
		first := slices.MinFunc(slices.Collect(maps.Keys(digests)), strings.Compare)
		for name, sum := range digests {
			assert.Equal(t, digests[first], sum, "%s differs from %s", name, first)
		}
	})
	for range 2 {
		storetest.Each(t, func(t *testing.T, db *store.DB) {
			write(t, db, sample.Options{Until: until, Days: 30, Events: 3000, Seed: 7})
			sum := digest(t, db)
			mutex.Lock()
			defer mutex.Unlock()
			digests[t.Name()] = sum
		})
	}
}

func TestTwiceIsOnce(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := sample.Options{Until: until, Days: 14, Events: 700}
		receipt := write(t, db, o)
		assert.Equal(t, store.Count{Stored: 700}, receipt.Total())
		before := digest(t, db)

		receipt = write(t, db, o)
		assert.Equal(t, store.Count{Duplicate: 700}, receipt.Total())
		assert.Equal(t, before, digest(t, db))
	})
}

func TestAnotherSeedGivesOtherNumbers(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		write(t, db, sample.Options{Until: until, Days: 14, Events: 700, Seed: 1})
		receipt := write(t, db, sample.Options{Until: until, Days: 14, Events: 700, Seed: 2})
		assert.Equal(t, store.Count{Stored: 700}, receipt.Total())
	})
}

func TestSampleSharesADatabase(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		at := metrics.At(until)
		_, err := db.NewInsert().Model(&api.Organization{
			Name: "Ours", Slug: "ours", SubscriptionTier: api.TierFree, CreatedAt: at, UpdatedAt: at,
		}).Exec(t.Context())
		require.NoError(t, err)
		write(t, db, sample.Options{Until: until, Days: 7, Events: 200})
		for _, g := range rows[metrics.CodeGeneration](t, db, "id") {
			assert.NotEqual(t, int64(1), *g.OrganizationID)
		}
	})
}

func TestAnySizeAndTimeIsValid(t *testing.T) {
	t.Parallel()

	for name, o := range map[string]sample.Options{
		"a single event":         {Until: until, Days: 90, Events: 1},
		"a single day":           {Until: until, Days: 1, Events: 300},
		"ten years, long ago":    {Until: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), Days: 3650, Events: 4000},
		"the last days of time":  {Until: time.Date(9998, 12, 31, 23, 0, 0, 0, time.UTC), Days: 9, Events: 300},
		"midday in another zone": {Until: time.Date(2026, 3, 29, 12, 0, 0, 0, time.FixedZone("", 7200)), Days: 30, Events: 500},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				receipt := write(t, db, o)
				assert.Equal(t, store.Count{Stored: o.Events}, receipt.Total())
			})
		})
	}
}

func TestWrongOptionsAreRefused(t *testing.T) {
	t.Parallel()

	for name, o := range map[string]sample.Options{
		"no end":          {},
		"too long":        {Until: until, Days: 3651},
		"negative length": {Until: until, Days: -1},
		"negative events": {Until: until, Events: -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := sample.Write(t.Context(), nil, o)
			assert.ErrorContains(t, err, "sample: ")
		})
	}
}

// whole is a full sample on SQLite, for the tests that only read.
func whole(t *testing.T) *store.DB {
	t.Helper()

	dsn := storetest.SQLite(t)
	db, err := store.Open(t.Context(), dsn, store.Options{Bulk: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	require.NoError(t, store.Migrate(t.Context(), db))
	receipt := write(t, db, sample.Options{Until: until, Seed: 1})
	require.Equal(t, 20_000, receipt.Total().Stored)
	return db
}

// rate is a number of cases and of successes among them.
type rate struct{ n, hits int }

func (r *rate) add(hit bool) {
	r.n++
	if hit {
		r.hits++
	}
}

func (r rate) value() float64 { return float64(r.hits) / float64(r.n) }

func TestTheStoryIsTold(t *testing.T) {
	t.Parallel()

	db := whole(t)
	from := until.AddDate(0, 0, -90)
	generations := rows[metrics.CodeGeneration](t, db, "timestamp")
	generations = slices.DeleteFunc(generations, func(g metrics.CodeGeneration) bool {
		return *g.Source == metrics.SourcePlanFile
	})

	t.Run("success rises after the new version", func(t *testing.T) {
		t.Parallel()
		var before, after, with, without rate
		for _, g := range generations {
			if g.Success == nil {
				continue
			}
			applies := slices.Contains(g.PatternsApplied, "input_validation")
			switch done := g.Timestamp.Sub(from).Hours() / until.Sub(from).Hours(); {
			case done < 0.5:
				before.add(*g.Success)
				if applies {
					without.add(*g.Success)
				}
			case done > 0.8:
				after.add(*g.Success)
				if applies {
					with.add(*g.Success)
				}
			}
		}
		assert.Less(t, before.value(), 0.82)
		assert.Greater(t, after.value(), 0.86)
		assert.Greater(t, with.value()-without.value(), 0.12)
	})

	t.Run("one tool is overconfident", func(t *testing.T) {
		t.Parallel()
		gap := map[string]float64{}
		count := map[string]float64{}
		for _, g := range generations {
			if g.Success == nil || g.Confidence == nil {
				continue
			}
			gap[*g.Source] += *g.Confidence
			if *g.Success {
				gap[*g.Source]--
			}
			count[*g.Source]++
		}
		require.Len(t, gap, 3)
		for source := range gap {
			if source == "editor-plugin" {
				assert.Greater(t, gap[source]/count[source], 0.1)
				continue
			}
			assert.InDelta(t, 0, gap[source]/count[source], 0.04, source)
		}
	})

	t.Run("some confidences repeat and many do not", func(t *testing.T) {
		t.Parallel()
		values := map[float64]int{}
		for _, g := range generations {
			if g.Confidence != nil {
				values[*g.Confidence]++
			}
		}
		assert.Greater(t, values[0.95], 200)
		assert.Greater(t, len(values), 1000)
	})

	t.Run("too many patterns are too much", func(t *testing.T) {
		t.Parallel()
		var few, many rate
		for _, g := range generations {
			switch {
			case g.Success == nil:
			case len(g.PatternsApplied) > 5:
				many.add(*g.Success)
			case len(g.PatternsApplied) >= 2:
				few.add(*g.Success)
			}
		}
		assert.Greater(t, many.n, 200)
		assert.Less(t, many.value(), few.value()-0.1)
	})

	t.Run("something is unknown", func(t *testing.T) {
		t.Parallel()
		var success, confidence, count, names int
		for _, g := range generations {
			success += b2i(g.Success == nil)
			confidence += b2i(g.Confidence == nil)
			count += b2i(g.PatternsCount == nil)
			names += b2i(g.PatternsApplied == nil)
		}
		for _, n := range []int{success, confidence, count, names} {
			assert.Positive(t, n)
			assert.Less(t, n, len(generations)/20)
		}
	})

	t.Run("weekends are quiet", func(t *testing.T) {
		t.Parallel()
		days := map[time.Weekday]int{}
		for _, g := range generations {
			days[g.Timestamp.Weekday()]++
		}
		for weekday := time.Monday; weekday <= time.Friday; weekday++ {
			assert.Greater(t, days[weekday], 3*days[time.Saturday])
			assert.Greater(t, days[weekday], 3*days[time.Sunday])
		}
	})

	t.Run("compile errors are of several kinds", func(t *testing.T) {
		t.Parallel()
		kinds := map[string]int{}
		for _, g := range generations {
			if g.CompilationError != nil {
				kind, _, _ := strings.Cut(*g.CompilationError, ":")
				kinds[kind]++
			}
		}
		for _, kind := range []string{"SyntaxError", "ImportError", "TypeError", "NameError", "AttributeError"} {
			assert.Positive(t, kinds[kind], kind)
		}
		assert.Greater(t, len(kinds), 5, "and some of a compiler")
	})

	t.Run("what fails later names code that was there and succeeded", func(t *testing.T) {
		t.Parallel()
		byKey := map[string]metrics.CodeGeneration{}
		for _, g := range generations {
			byKey[g.EventKey] = g
		}
		links := 0
		check := func(of *metrics.Origin, at metrics.Time, within time.Duration) {
			if of.GenerationKey == nil {
				return
			}
			links++
			g, ok := byKey[*of.GenerationKey]
			require.True(t, ok, "no generation has the key")
			assert.True(t, g.Success == nil || *g.Success)
			assert.Equal(t, *g.Project, *of.Project)
			assert.False(t, at.Before(g.Timestamp.Time))
			assert.Less(t, at.Sub(g.Timestamp.Time), within+4*24*time.Hour, "the last code before a weekend or holiday")
		}
		for _, b := range rows[metrics.Bug](t, db, "id") {
			check(&b.Origin, b.Timestamp, 40*24*time.Hour)
		}
		for _, f := range rows[metrics.TestFailure](t, db, "id") {
			check(&f.Origin, f.Timestamp, 2*24*time.Hour)
			assert.False(t, f.TestName == "test_settlement_survives_slow_clock" && f.GenerationKey != nil, "it fails whatever the code")
		}
		for _, r := range rows[metrics.CodeReview](t, db, "id") {
			check(&r.Origin, r.Timestamp, 4*24*time.Hour)
		}
		for _, d := range rows[metrics.Deployment](t, db, "id") {
			check(&d.Origin, d.Timestamp, 14*24*time.Hour)
		}
		assert.Greater(t, links, 500)
	})

	t.Run("code of the overconfident model fails later more often", func(t *testing.T) {
		t.Parallel()
		failed := failedLater(t, db, until, kpi.ByModel)
		require.Len(t, failed, 3)
		for model, r := range failed {
			if model != "nimbus-xl" {
				assert.Less(t, r.value()+0.02, failed["nimbus-xl"].value(), model)
			}
		}
	})

	t.Run("code of the new version fails later less often", func(t *testing.T) {
		t.Parallel()
		before := failedLater(t, db, from.AddDate(0, 0, 45), kpi.ByPattern)["input_validation"]
		after := failedLater(t, db, until, kpi.ByPattern)["input_validation"]
		assert.Less(t, 2*after.value(), before.value())
	})

	t.Run("one test is flaky", func(t *testing.T) {
		t.Parallel()
		failures := map[string]int{}
		for _, f := range rows[metrics.TestFailure](t, db, "id") {
			failures[f.TestName]++
		}
		flaky := failures["test_settlement_survives_slow_clock"]
		delete(failures, "test_settlement_survives_slow_clock")
		for name, n := range failures {
			assert.Greater(t, flaky, n, name)
		}
	})

	t.Run("no run has more failures than it counts", func(t *testing.T) {
		t.Parallel()
		failed, rowsOf := map[string]int64{}, map[string]int64{}
		for _, p := range rows[metrics.Performance](t, db, "id") {
			if p.MetricType == metrics.MetricTestRun {
				var details struct{ Passed, Failed, Skipped int64 }
				require.NoError(t, json.Unmarshal(p.Details, &details))
				assert.Positive(t, details.Passed)
				failed[*p.RunID] = details.Failed
			}
		}
		for _, f := range rows[metrics.TestFailure](t, db, "id") {
			rowsOf[*f.RunID] += f.Count
		}
		for run, n := range rowsOf {
			assert.LessOrEqual(t, n, failed[run], run)
		}
	})

	t.Run("one week is bad for deployments", func(t *testing.T) {
		t.Parallel()
		weeks := map[string]int{}
		for _, d := range rows[metrics.Deployment](t, db, "id") {
			if d.IssueType != nil && *d.IssueType == "duplicate_charge" {
				assert.Equal(t, "checkout", *d.Project)
				year, week := d.Timestamp.ISOWeek()
				weeks[fmt.Sprint(year, week)]++
			}
		}
		require.Len(t, weeks, 1)
		for _, n := range weeks {
			assert.Greater(t, n, 15)
		}
	})

	t.Run("severe findings and bugs become fewer", func(t *testing.T) {
		t.Parallel()
		var severe, bugs [3]int // thirds of the period
		third := func(at metrics.Time) int { return int(3 * at.Sub(from) / until.Sub(from)) }
		for _, r := range rows[metrics.CodeReview](t, db, "id") {
			if r.Severity == metrics.SeverityHigh || r.Severity == metrics.SeverityCritical {
				severe[third(r.Timestamp)]++
			}
		}
		for _, b := range rows[metrics.Bug](t, db, "id") {
			bugs[third(b.Timestamp)]++
		}
		assert.Less(t, 2*severe[2], severe[0])
		assert.Less(t, 10*bugs[2], 8*bugs[0])
	})

	t.Run("versions follow one another", func(t *testing.T) {
		t.Parallel()
		byID := map[int64]api.Pattern{}
		heads := 0
		for _, p := range rows[api.Pattern](t, db, "id") {
			byID[p.ID] = p
			if p.Version > 1 {
				parent := byID[*p.ParentID]
				assert.Equal(t, p.Name, parent.Name)
				assert.Equal(t, p.Version-1, parent.Version)
				assert.False(t, parent.IsActive)
				assert.True(t, p.CreatedAt.After(parent.CreatedAt.Time))
				assert.True(t, parent.UpdatedAt.Equal(p.CreatedAt.Time))
			}
			if p.IsActive {
				heads++
			}
		}
		assert.Equal(t, 18, heads)
	})

	t.Run("every change of a pattern is in the log", func(t *testing.T) {
		t.Parallel()
		logged := map[int64]int{}
		for _, a := range rows[api.AuditLog](t, db, "id") {
			if a.ResourceType == "pattern" && (a.Action == "created" || a.Action == "updated") {
				logged[*a.ResourceID]++
			}
		}
		for _, p := range rows[api.Pattern](t, db, "id") {
			assert.Equal(t, 1, logged[p.ID], "%s %d", p.Name, p.Version)
		}
	})

	t.Run("the log is a chain", func(t *testing.T) {
		t.Parallel()
		heads := map[int64]api.AuditLog{}
		for _, a := range rows[api.AuditLog](t, db, "organization_id, sequence") {
			before, later := heads[a.OrganizationID]
			assert.Equal(t, before.Sequence+1, a.Sequence)
			if later {
				assert.Equal(t, before.Hash, a.PreviousHash)
				assert.False(t, a.CreatedAt.Before(before.CreatedAt.Time))
			}
			heads[a.OrganizationID] = a
		}
		assert.Len(t, heads, 3)
	})

	t.Run("nobody can log in", func(t *testing.T) {
		t.Parallel()
		for _, u := range rows[api.User](t, db, "id") {
			for _, password := range []string{"", "!", u.Username} {
				assert.Error(t, u.HashedPassword.Verify(password))
			}
		}
	})

	t.Run("all lies before the end", func(t *testing.T) {
		t.Parallel()
		for _, g := range generations {
			assert.True(t, g.Timestamp.Before(until) && !g.Timestamp.Before(from))
		}
		for _, a := range rows[api.AuditLog](t, db, "id") {
			assert.True(t, a.CreatedAt.Before(until), a.CreatedAt)
		}
		for _, u := range rows[api.User](t, db, "id") {
			assert.True(t, u.LastLogin == nil || !u.LastLogin.Before(u.CreatedAt.Time), u.Username)
		}
	})

	t.Run("rollups fit the events", func(t *testing.T) {
		t.Parallel()
		var applied, want int64
		for _, e := range rows[metrics.Effectiveness](t, db, "id") {
			assert.Equal(t, time.Monday, e.PeriodStart.Weekday())
			applied += *e.ApplicationCount
		}
		for _, g := range generations {
			want += int64(len(g.PatternsApplied))
		}
		assert.Equal(t, want, applied)
		var total int64
		for _, s := range rows[metrics.Summary](t, db, "id") {
			total += *s.TotalCount
		}
		assert.Equal(t, int64(20_000), total)
	})

	t.Run("every row keeps the rules", func(t *testing.T) {
		t.Parallel()
		for _, g := range generations {
			require.NoError(t, g.Validate())
		}
		for _, p := range rows[metrics.Performance](t, db, "id") {
			require.NoError(t, p.Validate())
		}
		for _, a := range rows[api.AuditLog](t, db, "id") {
			require.NoError(t, a.Validate())
		}
	})
}

// failedLater is, of the generations that succeeded in the thirty days before a
// week ago, how many had a problem within a week.
func failedLater(t *testing.T, db *store.DB, asOf time.Time, by kpi.Dimension) map[string]rate {
	t.Helper()

	table, err := kpi.Outcomes(t.Context(), db, kpi.Query{AsOf: asOf}, by)
	require.NoError(t, err)
	failed := map[string]rate{}
	for _, g := range table.Groups {
		if week := g.Outcomes[1]; g.Name != nil {
			succeeded := week.N - week.Failures
			failed[*g.Name] = rate{n: int(succeeded), hits: int(succeeded - week.Successes)}
		}
	}
	return failed
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestProgressCountsEvents(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var seen []int
		write(t, db, sample.Options{Until: until, Events: 6000, Progress: func(done int) { seen = append(seen, done) }})
		assert.Equal(t, []int{5000, 6000}, seen)
	})
}

func TestCancelledContextStops(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := sample.Write(ctx, db, sample.Options{Until: until})
		assert.ErrorIs(t, err, context.Canceled)
	})
}

func BenchmarkWrite(b *testing.B) {
	for name, dsn := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				db, err := store.Open(b.Context(), dsn(b), store.Options{Bulk: true})
				require.NoError(b, err)
				require.NoError(b, store.Migrate(b.Context(), db))
				b.StartTimer()
				_, err = sample.Write(b.Context(), db, sample.Options{Until: until})
				require.NoError(b, err)
				b.StopTimer()
				require.NoError(b, db.Close())
				b.StartTimer()
			}
		})
	}
}
