package history_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/examples/internal/history"
	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/metrics"
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
		for range 2 { // the second time changes nothing
			require.NoError(t, history.Write(t.Context(), db, until, 3))
		}

		organizations := map[string][]int64{"(all)": nil}
		var rows []api.Organization
		require.NoError(t, db.NewSelect().Model(&rows).Scan(t.Context()))
		for _, o := range rows {
			organizations[o.Name] = []int64{o.ID}
		}
		require.Len(t, organizations, 4)
		for name, ids := range organizations {
			for _, day := range []time.Time{
				time.Date(2026, 1, 12, 0, 0, 0, 0, time.UTC),
				time.Date(2026, 1, 19, 0, 0, 0, 0, time.UTC),
				time.Date(2026, 1, 26, 0, 0, 0, 0, time.UTC),
				until,
			} {
				report, err := kpi.Compute(t.Context(), db, kpi.Query{AsOf: day, Organizations: ids})
				require.NoError(t, err)
				var kept []struct {
					KPI    string `bun:"kpi"`
					Value  *float64
					Latest bool
				}
				err = db.NewSelect().Table("v_kpi_snapshots").ColumnExpr("kpi, value, latest = 1 AS latest").
					Where("organization = ?", name).Where("timestamp = ?", metrics.At(day)).OrderExpr("position").Scan(t.Context(), &kept)
				require.NoError(t, err)
				require.Len(t, kept, len(report.KPIs), "%s on %s", name, day)
				for i, k := range report.KPIs {
					assert.Equal(t, string(k.ID), kept[i].KPI)
					assert.Equal(t, k.Value, kept[i].Value, "%s of %s on %s", k.ID, name, day)
					assert.Equal(t, day.Equal(until), kept[i].Latest)
				}
			}
		}
		n, err := db.NewSelect().Model((*metrics.KPISnapshot)(nil)).Count(t.Context())
		require.NoError(t, err)
		assert.EqualValues(t, 4*4*16, n, "scopes, days and KPIs")
	})
}
