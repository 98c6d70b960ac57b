package dashboards_test

import (
	"context"
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/sample"
	"github.com/doronpers/feedback-loop-go/store/storetest"
	"github.com/doronpers/feedback-loop-go/superset/dashboards"
)

var benchmarkEvents = flag.Int("events", 5000, "how many events a benchmark has")

// BenchmarkCharts measures each query of each page as Superset sends it, over
// the twelve weeks of the page out of ninety days, and of how long it takes also
// the 95th percentile:
//
//	go test ./superset/dashboards -run '^$' -bench Charts -events 1000000
func BenchmarkCharts(b *testing.B) {
	for name, address := range map[string]func(testing.TB) string{
		"sqlite": storetest.SQLite, "postgres": storetest.Postgres,
	} {
		b.Run(name, func(b *testing.B) {
			db, err := store.Open(b.Context(), address(b), store.Options{})
			require.NoError(b, err)
			defer db.Close()
			require.NoError(b, store.Migrate(b.Context(), db))
			_, err = sample.Write(b.Context(), db, sample.Options{Until: now, Events: *benchmarkEvents})
			require.NoError(b, err)
			_, err = store.Rollup(b.Context(), db)
			require.NoError(b, err)

			for _, page := range dashboards.All() {
				for _, chart := range page.Charts() {
					about := chart.About()
					for i, q := range chart.Queries() {
						sql := statement(b, db, about, q, twelveWeeks)
						b.Run(fmt.Sprintf("%s/%s-%d", page.Slug, about.Slug, i+1), func(b *testing.B) {
							var ms []float64
							for b.Loop() {
								start := time.Now()
								require.NoError(b, fetch(b.Context(), db, sql))
								ms = append(ms, time.Since(start).Seconds()*1e3)
							}
							p95, err := kpi.Quantile(ms, 0.95)
							require.NoError(b, err)
							b.ReportMetric(p95, "p95-ms")
						})
					}
				}
			}
		})
	}
}

// fetch reads all rows of a query.
func fetch(ctx context.Context, db *store.DB, sql string) error {
	rows, err := db.DB.DB.QueryContext(ctx, sql) // Bun would read ? in it
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
	}
	return rows.Err()
}
