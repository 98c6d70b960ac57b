package superset_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/doronpers/feedback-loop-go/superset"
)

func TestSQL(t *testing.T) {
	t.Parallel()

	week := superset.Axis{Column: "week"}
	tests := map[string]struct {
		chart            superset.Chart
		sqlite, postgres string
	}{
		"a metric": {
			superset.Total{Dataset: deliveries(), Value: "deliveries"},
			"SELECT COUNT(*) AS deliveries FROM main.v_deliveries LIMIT 10000 OFFSET 0",
			"SELECT COUNT(*) AS deliveries FROM public.v_deliveries LIMIT 10000 OFFSET 0",
		},
		"a trend": {
			superset.BigNumber{Dataset: deliveries(), Value: "mean_delay", Trend: week},
			"SELECT DATETIME(week, 'start of day') AS week, AVG(delay) AS mean_delay FROM main.v_deliveries GROUP BY DATETIME(week, 'start of day') LIMIT 10000 OFFSET 0",
			"SELECT DATE_TRUNC('day', week) AS week, AVG(delay) AS mean_delay FROM public.v_deliveries GROUP BY DATE_TRUNC('day', week) LIMIT 10000 OFFSET 0",
		},
		"conditions": {
			superset.Table{
				Dataset: deliveries(), By: []string{"depot"}, Values: []superset.TableValue{{Metric: "deliveries"}}, Limit: 5,
				Where: []superset.Condition{
					superset.NotNull("cause"), superset.OneOf("depot", "O'Hare", "North"), superset.Is("delay", 1.5),
					superset.IsNot("id", 7), superset.AtLeast("deliveries", 10),
				},
			},
			"SELECT depot, COUNT(*) AS deliveries FROM main.v_deliveries WHERE cause IS NOT NULL AND depot IN ('O''Hare', 'North') AND delay = 1.5 AND id != 7 " +
				"GROUP BY depot HAVING (COUNT(*) >= 10) ORDER BY COUNT(*) DESC LIMIT 5 OFFSET 0",
			"SELECT depot, COUNT(*) AS deliveries FROM public.v_deliveries WHERE cause IS NOT NULL AND depot IN ('O''Hare', 'North') AND delay = 1.5 AND id != 7 " +
				"GROUP BY depot HAVING (COUNT(*) >= 10) ORDER BY COUNT(*) DESC LIMIT 5 OFFSET 0",
		},
		"the largest series": {
			superset.Area{
				Dataset: deliveries(), X: superset.Axis{Column: "timestamp", Grain: superset.Quarter}, Values: []string{"mean_delay"}, By: "depot",
				Top: 3, TopBy: "deliveries", Where: []superset.Condition{superset.IsNull("cause")},
			},
			"SELECT DATETIME(timestamp, 'start of month', PRINTF('-%d month', (STRFTIME('%m', timestamp) - 1) % 3)) AS timestamp, depot, AVG(delay) AS mean_delay " +
				"FROM main.v_deliveries JOIN (SELECT depot AS depot__ FROM main.v_deliveries WHERE cause IS NULL GROUP BY depot ORDER BY COUNT(*) DESC LIMIT 3 OFFSET 0) AS series_limit ON depot = depot__ " +
				"WHERE cause IS NULL GROUP BY DATETIME(timestamp, 'start of month', PRINTF('-%d month', (STRFTIME('%m', timestamp) - 1) % 3)), depot ORDER BY COUNT(*) DESC LIMIT 10000 OFFSET 0",
			"SELECT DATE_TRUNC('quarter', timestamp) AS timestamp, depot, AVG(delay) AS mean_delay " +
				"FROM public.v_deliveries JOIN (SELECT depot AS depot__ FROM public.v_deliveries WHERE cause IS NULL GROUP BY depot ORDER BY COUNT(*) DESC LIMIT 3 OFFSET 0) AS series_limit ON depot = depot__ " +
				"WHERE cause IS NULL GROUP BY DATE_TRUNC('quarter', timestamp), depot ORDER BY COUNT(*) DESC LIMIT 10000 OFFSET 0",
		},
		"rows": {
			superset.List{
				Dataset: deliveries(), Columns: []superset.ListColumn{{Column: "id"}, {Column: "delay"}},
				OrderBy: []superset.Order{{By: "delay", Descending: true}, {By: "id"}},
			},
			"SELECT id, delay FROM main.v_deliveries ORDER BY delay DESC, id ASC LIMIT 100 OFFSET 0",
			"SELECT id, delay FROM public.v_deliveries ORDER BY delay DESC, id ASC LIMIT 100 OFFSET 0",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			about, query := test.chart.About(), test.chart.Queries()[0]
			assert.Equal(t, test.sqlite, database(t, sqliteURI).SQL(about, query))
			assert.Equal(t, test.postgres, database(t, postgresURI).SQL(about, query))
		})
	}
}
