package kpi_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

// What BenchmarkCompute fills a database with, for example
//
//	go test ./kpi -run '^$' -bench Compute -benchtime 5x -generations 1000000 -others 100000
var (
	benchmarkGenerations = flag.Int("generations", 20_000, "how many generations a benchmark has")
	benchmarkOthers      = flag.Int("others", 2_000, "how many rows a benchmark has in each other table")
)

// BenchmarkCompute measures a whole report. All generations lie in the two
// windows that it compares.
func BenchmarkCompute(b *testing.B) {
	for name, address := range map[string]func(testing.TB) string{
		"sqlite": storetest.SQLite, "postgres": storetest.Postgres,
	} {
		b.Run(name, func(b *testing.B) {
			db, err := store.Open(b.Context(), address(b), store.Options{Bulk: true})
			require.NoError(b, err)
			defer db.Close()
			require.NoError(b, store.Migrate(b.Context(), db))
			fill(b, db, *benchmarkGenerations, *benchmarkOthers)
			if name == "postgres" { // what it does by itself within a minute
				_, err := db.ExecContext(b.Context(), "VACUUM ANALYZE")
				require.NoError(b, err)
			}

			b.ReportAllocs()
			for b.Loop() {
				_, err := kpi.Compute(b.Context(), db, kpi.Query{AsOf: asOf})
				require.NoError(b, err)
			}
		})
	}
}

// fill stores rows in the order of their time, as they come in reality.
func fill(b *testing.B, db *store.DB, generations, others int) {
	b.Helper()

	r := rand.New(rand.NewPCG(1, 1))
	at := func(i, n int) metrics.Time { return ago(60 * (1 - float64(i)/float64(n))) }
	name := func() string { return fmt.Sprint("pattern-", r.IntN(200)) }
	origin := func(i int) metrics.Origin {
		return metrics.Origin{EventKey: fmt.Sprintf("%064x", i), OrganizationID: ptr(int64(1)), Project: ptr("shop"),
			Source: ptr("agent"), RunID: ptr(fmt.Sprint(i / 10))}
	}
	const chunk = 10_000
	store := func(n int, event func(i int) metrics.Event) {
		for from := 0; from < n; from += chunk {
			var all []metrics.Event
			for i := from; i < min(n, from+chunk); i++ {
				all = append(all, event(i))
			}
			receipt, err := db.Insert(b.Context(), all)
			require.NoError(b, err)
			require.Empty(b, receipt.Refused)
		}
	}
	require.NoError(b, db.Write(b.Context(), func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewInsert().Model(&api.Organization{ID: 1, Name: "a", Slug: "a", SubscriptionTier: api.TierFree, CreatedAt: ago(99), UpdatedAt: ago(99)}).Exec(ctx)
		return err
	}))
	prompt := strings.Repeat("write a function that keeps its promises; ", 4)
	store(generations, func(i int) metrics.Event {
		g := &metrics.CodeGeneration{Origin: origin(i), Prompt: prompt, PatternsApplied: metrics.Names{}, Confidence: ptr(float64(r.IntN(1001)) / 1000),
			Success: ptr(r.IntN(5) > 0), CodeLength: ptr(int64(900)), GenerationMetadata: metrics.JSON(`{"model":"m","temperature":0.2}`), Timestamp: at(i, generations)}
		for range r.IntN(6) {
			g.PatternsApplied = append(g.PatternsApplied, name())
		}
		g.PatternsCount = ptr(int64(len(g.PatternsApplied)))
		if r.IntN(8) == 0 {
			g.CompilationError = ptr("TypeError: cannot use x (variable of type int) as string value in argument to f")
		}
		return g
	})
	store(others, func(i int) metrics.Event {
		return &metrics.Bug{Origin: origin(i), Pattern: name(), Error: "nil map", Count: 1, Timestamp: at(i, others)}
	})
	store(others, func(i int) metrics.Event {
		return &metrics.CodeReview{Origin: origin(i), IssueType: "style", Pattern: name(), Severity: metrics.SeverityHigh, Count: 1, Timestamp: at(i, others)}
	})
	store(others, func(i int) metrics.Event {
		return &metrics.Performance{Origin: origin(i), MetricType: metrics.MetricTestRun, Timestamp: at(i, others),
			Details: metrics.JSON(`{"failed":3,"passed":400,"patterns":["pattern-1","pattern-2"],"skipped":2}`)}
	})
	store(others, func(i int) metrics.Event {
		return &metrics.TestFailure{Origin: origin(i), TestName: "TestA", FailureReason: "want 1", PatternViolated: ptr(name()), Count: 1, Timestamp: at(i, others)}
	})
	store(others, func(i int) metrics.Event {
		return &metrics.Deployment{Origin: origin(i), Environment: "production", Count: 1, Timestamp: at(i, others)}
	})
	fillLibrary(b, db, others, at)
}

// fillLibrary stores users, patterns and what is about them.
func fillLibrary(b *testing.B, db *store.DB, n int, at func(i, n int) metrics.Time) {
	b.Helper()

	add := func(rows any) {
		require.NoError(b, db.Write(b.Context(), func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.NewInsert().Model(rows).Exec(ctx)
			return err
		}))
	}
	const chunk = 500
	for from := 0; from < n; from += chunk {
		var users []api.User
		var patterns []api.Pattern
		var logs []api.AuditLog
		var savings []api.Metric
		var periods []metrics.Effectiveness
		for i := from; i < min(n, from+chunk); i++ {
			id, time := int64(i+1), at(i, n)
			users = append(users, api.User{ID: id, OrganizationID: 1, Email: fmt.Sprint(i, "@example.com"), Username: fmt.Sprint(i),
				HashedPassword: "x", Role: api.RoleDeveloper, IsActive: true, LastLogin: &time, CreatedAt: time, UpdatedAt: time})
			patterns = append(patterns, api.Pattern{ID: id, OrganizationID: 1, AuthorID: 1, Name: fmt.Sprint("pattern-", i), PatternData: empty,
				Version: 1, IsActive: true, CreatedAt: time, UpdatedAt: time})
			logs = append(logs, api.AuditLog{OrganizationID: 1, Action: "created", ResourceType: "pattern", ResourceID: &id, CreatedAt: time,
				Sequence: id, PreviousHash: strings.Repeat("0", 64), Hash: strings.Repeat("0", 64)})
			savings = append(savings, api.Metric{OrganizationID: 1, UserID: &id, MetricType: "time_saved", MetricData: empty,
				TimeSavedSeconds: ptr(int64(600)), PatternID: &id, CreatedAt: time})
			periods = append(periods, metrics.Effectiveness{PatternName: fmt.Sprint("pattern-", i%200), ApplicationCount: ptr(int64(20)), SuccessCount: ptr(int64(15)),
				FailureCount: ptr(int64(5)), EffectivenessScore: ptr(0.75), PeriodStart: time, PeriodEnd: metrics.At(time.AddDate(0, 0, 1))})
		}
		for _, rows := range []any{&users, &patterns, &logs, &savings, &periods} {
			add(rows)
		}
	}
}
