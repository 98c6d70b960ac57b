package superset_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/superset"
)

// tours is a page with a chart that only version 6 has, in a stack.
func tours(before6 superset.Chart) superset.Dashboard {
	d := deliveries()
	for _, name := range []string{"left_ms", "back_ms"} {
		d.Columns = append(d.Columns, superset.Column{Name: name, Type: superset.Integer})
	}
	return superset.Dashboard{
		Slug: "tours", Title: "Tours",
		Rows: []superset.Row{{Height: 40, Cells: []superset.Cell{{Stack: []superset.Cell{{Chart: superset.Gantt{
			Slug: "tours", Title: "Tours", Dataset: d,
			Lane: "depot", Start: "left_ms", End: "back_ms", Series: "cause", Tooltip: []string{"depot", "stops"},
			Before6: before6,
		}}}}}}},
	}
}

func TestBundleHasTheGanttWhereItIsDrawn(t *testing.T) {
	t.Parallel()

	instead := superset.Total{Slug: "tours", Title: "Tours", Dataset: deliveries(), Value: "deliveries"}
	tests := map[superset.Version]string{
		"": "big_number_total", superset.Version41: "big_number_total", superset.Version50: "big_number_total",
		superset.Version61: "gantt_chart",
	}
	page := tours(instead)
	for version, want := range tests {
		charts := page.For(version).Charts()
		require.Len(t, charts, 1)
		assert.Equal(t, want, charts[0].Type(), "version %q", version)

		b := superset.Bundle{Database: database(t, sqliteURI), Dashboards: []superset.Dashboard{page}, Version: version}
		files, err := b.Files()
		require.NoError(t, err)
		for _, f := range files {
			if f.Path == "charts/tours.yaml" {
				assert.Contains(t, string(f.Content), "viz_type: "+want+"\n")
			}
		}
	}
	assert.Equal(t, "gantt_chart", page.Charts()[0].Type(), "For changes a copy")
}

func TestGanttOfOldVersionsNeedsAReplacement(t *testing.T) {
	t.Parallel()

	b := superset.Bundle{Database: database(t, sqliteURI), Dashboards: []superset.Dashboard{tours(nil)}}
	require.ErrorContains(t, b.Check(), `dashboard "tours": chart "tours": gantt_chart exists from version 6.1 on`)
	b.Version = superset.Version61
	require.NoError(t, b.Check())

	wrong := tours(nil)
	gantt, _ := wrong.Rows[0].Cells[0].Stack[0].Chart.(superset.Gantt)
	gantt.Start = "timestamp"
	wrong.Rows[0].Cells[0].Stack[0].Chart = gantt
	b.Dashboards[0] = wrong
	require.ErrorContains(t, b.Check(), `"timestamp" is not of type Integer`)
}

func TestGanttAsksForEachColumnOnce(t *testing.T) {
	t.Parallel()

	q := tours(nil).Charts()[0].Queries()
	require.Len(t, q, 1)
	assert.Equal(t, []string{"left_ms", "back_ms", "depot", "cause", "stops"}, q[0].Columns)
	assert.Equal(t, 1000, q[0].Limit)
}

func TestParseVersion(t *testing.T) {
	t.Parallel()

	v, err := superset.ParseVersion("6.1")
	require.NoError(t, err)
	assert.Equal(t, superset.Version61, v)
	for _, name := range []string{"", "6", "6.1.0", "7.0"} {
		_, err := superset.ParseVersion(name)
		require.ErrorContains(t, err, "want 4.1, 5.0, 6.1", name)
	}
}
