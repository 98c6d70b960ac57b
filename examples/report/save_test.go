package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/examples/internal/program"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

func TestSaveKeepsTheReportOfTheDay(t *testing.T) {
	t.Parallel()

	for name, fresh := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			dsn := filled(t, fresh)
			plain, err := report(t, dsn)
			require.NoError(t, err)
			for _, args := range [][]string{
				{"-save"}, {"-save", "-as-of", "2026-01-31T18:00:00Z"}, // of one day
				{"-save", "-as-of", "2026-01-24T00:00:00Z"},
				{"-save", "-org", "kestrel-travel"},
			} {
				out, err := report(t, dsn, args...)
				require.NoError(t, err)
				if len(args) == 1 {
					assert.Equal(t, plain, out, "saving changes the report")
				}
			}

			db, err := store.Open(t.Context(), dsn, store.Options{})
			require.NoError(t, err)
			defer db.Close()
			var rows []struct {
				Organization string
				Day          string
				KPIs         int `bun:"kpis"`
			}
			err = db.NewSelect().Table("v_kpi_snapshots").ColumnExpr("organization, MAX(CAST(timestamp AS text)) AS day, COUNT(*) AS kpis").
				GroupExpr("organization").OrderExpr("organization").Scan(t.Context(), &rows)
			require.NoError(t, err)
			require.Len(t, rows, 2)
			assert.Equal(t, []int{32, 16}, []int{rows[0].KPIs, rows[1].KPIs})
			assert.Equal(t, []string{"(all)", "Kestrel Travel"}, []string{rows[0].Organization, rows[1].Organization})
			assert.Contains(t, rows[0].Day, "2026-01-31 18:00:00")
		})
	}
}

func TestSaveIsOfEverything(t *testing.T) {
	t.Parallel()

	for _, args := range [][]string{{"-save", "-project", "checkout"}, {"-save", "-days", "7"}} {
		_, err := report(t, "sqlite:///unused.db", args...)
		var wrong *program.ExitError
		require.ErrorAs(t, err, &wrong, args)
		assert.Equal(t, 2, wrong.Code)
	}
}
