package kpi_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

// Neither the database nor the order of the rows shows in an analysis.
func TestAnalysesHaveTheSameBitsOnBothDatabases(t *testing.T) {
	t.Parallel()

	texts := make(chan string, 2)
	t.Cleanup(func() { // after both
		close(texts)
		assert.Equal(t, <-texts, <-texts)
	})
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		name := db.Dialect().Name().String()
		d := sampleData(3)
		for i := range d.Performance {
			if d.Performance[i].MetricType == metrics.MetricExecutionTime {
				test := executed(*d.Performance[i].RunID, "TestA", []string{"passed", "failed", "skipped"}[i%3])
				test.OrganizationID, test.Project, test.Timestamp = d.Performance[i].OrganizationID, d.Performance[i].Project, d.Performance[i].Timestamp
				d.Performance[i] = test
			}
		}
		shuffle(&d, uint64(len(name)))
		insert(t, db, d)

		q := kpi.Query{AsOf: asOf, Days: 90}
		var all []any
		keep := func(analysis any, err error) {
			require.NoError(t, err)
			all = append(all, analysis)
		}
		for _, by := range []kpi.Dimension{kpi.ByPattern, kpi.ByModel, kpi.ByProject, kpi.BySource} {
			table, err := kpi.Calibrations(t.Context(), db, q, by)
			keep(table, err)
			require.NotEmpty(t, table.Groups)
		}
		impact, err := kpi.Impacts(t.Context(), db, q)
		keep(impact, err)
		require.NotEmpty(t, impact.Users)
		patterns, err := kpi.Patterns(t.Context(), db, q)
		keep(patterns, err)
		require.NotEmpty(t, patterns.Patterns)
		effects, err := kpi.Effects(t.Context(), db, q, 1, "retry")
		keep(effects, err)
		require.NotEmpty(t, effects.Effects)
		tests, err := kpi.FlakyTests(t.Context(), db, q)
		keep(tests, err)
		require.NotEmpty(t, tests.Tests)

		text, err := json.MarshalIndent(all, "", "  ")
		require.NoError(t, err)
		texts <- string(text)
	})
}
