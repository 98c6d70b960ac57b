package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

func snapshot(kpi string, organization *int64, at time.Time, value float64) metrics.KPISnapshot {
	return metrics.KPISnapshot{
		KPI: kpi, Position: 1, Title: "Title of " + kpi, Area: "quality", OrganizationID: organization, AsOf: metrics.At(at),
		Value: &value, TargetOp: ">=", Target: new(0.5), TargetText: "≥ 50 %", Status: "met", StatusText: "met", N: 10,
	}
}

func TestSnapshotTakesThePlaceOfTheOneOfTheSameDay(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		acme := newTenant(t, db, "acme")
		morning := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
		evening := morning.Add(24*time.Hour - time.Microsecond)
		save := func(rows ...metrics.KPISnapshot) { require.NoError(t, db.SaveSnapshots(t.Context(), rows)) }

		save(snapshot("a", nil, morning, 0.1), snapshot("b", nil, morning, 0.2), snapshot("a", &acme.id, morning, 0.3))
		save(snapshot("a", nil, evening, 0.4))
		save(snapshot("a", &acme.id, evening, 0.5))
		save(snapshot("a", nil, evening.Add(time.Microsecond), 0.6))
		save()

		var rows []struct {
			KPI          string `bun:"kpi"`
			Organization string
			Timestamp    metrics.Time
			Latest       int64
			Value        float64
		}
		err := db.NewSelect().Table("v_kpi_snapshots").Column("kpi", "organization", "timestamp", "latest", "value").
			OrderExpr("timestamp, organization, kpi").Scan(t.Context(), &rows)
		require.NoError(t, err)
		type row struct {
			kpi, organization string
			at                time.Time
			latest            int64
			value             float64
		}
		var got []row
		for _, r := range rows {
			got = append(got, row{r.KPI, r.Organization, r.Timestamp.UTC(), r.Latest, r.Value})
		}
		assert.ElementsMatch(t, []row{
			{"b", "(all)", morning, 0, 0.2},
			{"a", "(all)", evening, 0, 0.4},
			{"a", "acme", evening, 1, 0.5},
			{"a", "(all)", evening.Add(time.Microsecond), 1, 0.6},
		}, got)
	})
}

func TestWrongSnapshotSavesNone(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		day := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
		wrong := snapshot("", nil, day, 1)
		var broken *metrics.FieldError
		require.ErrorAs(t, db.SaveSnapshots(t.Context(), []metrics.KPISnapshot{snapshot("a", nil, day, 1), wrong}), &broken)
		unknown := snapshot("b", new(int64(77)), day, 1)
		require.Error(t, db.SaveSnapshots(t.Context(), []metrics.KPISnapshot{snapshot("a", nil, day, 1), unknown}))

		n, err := db.NewSelect().Model((*metrics.KPISnapshot)(nil)).Count(t.Context())
		require.NoError(t, err)
		assert.Zero(t, n)
	})
}
