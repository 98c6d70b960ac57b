package history_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/examples/internal/history"
	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/sample"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

func TestHistoryHasEachMondayAndTheEnd(t *testing.T) {
	t.Parallel()

	until := time.Date(2026, 1, 31, 15, 0, 0, 0, time.UTC) // a Saturday
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		_, err := sample.Write(t.Context(), db, sample.Options{Until: until, Days: 60, Events: 1500})
		require.NoError(t, err)
		report, err := kpi.Compute(t.Context(), db, kpi.Query{AsOf: until})
		require.NoError(t, err)
		for range 2 { // the second time changes nothing
			require.NoError(t, history.Write(t.Context(), db, report, 3))
		}

		var days []string
		err = db.NewSelect().Table("kpi_snapshots").ColumnExpr("DISTINCT CAST(day AS text) AS day").OrderExpr("day").Scan(t.Context(), &days)
		require.NoError(t, err)
		assert.Equal(t, []string{"2026-01-12", "2026-01-19", "2026-01-26", "2026-01-31"}, days)

		var kept []struct {
			KPI   string `bun:"kpi"`
			Value *float64
		}
		err = db.NewSelect().Table("v_kpi_snapshots").Column("kpi", "value").Where("latest = 1").OrderExpr("position").Scan(t.Context(), &kept)
		require.NoError(t, err)
		require.Len(t, kept, len(report.KPIs))
		for i, k := range report.KPIs {
			assert.Equal(t, string(k.ID), kept[i].KPI)
			assert.Equal(t, k.Value, kept[i].Value, k.ID)
		}
	})
}
