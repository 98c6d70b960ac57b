package e2e_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/superset"
)

// widths are those of a laptop and of a screen on the wall, in pixels.
var widths = []int64{1440, 1920}

// TestDashboards imports the pages over each database and looks at every chart:
// the same data on both, all drawn, and all obey the filters.
func TestDashboards(t *testing.T) {
	data := map[string]map[string]rows{}
	for _, source := range sources(t) {
		t.Run(source.name, func(t *testing.T) {
			bundle := newBundle(t, source)
			files := newArchive(t, bundle)
			server := startSuperset(t)
			client := server.client(t)

			require.NoError(t, client.Push(t.Context(), files.zip(t), bundle.Passwords()))
			once := server.metadata(t)
			require.NoError(t, client.Push(t.Context(), files.zip(t), bundle.Passwords()))
			assert.Equal(t, once, server.metadata(t), "the second import changed something")

			var problems map[string]error
			data[source.name], problems = chartData(t, client, files)
			assert.Empty(t, problems)

			b := startBrowser(t, server.logIn(t))
			for _, dashboard := range bundle.Dashboards {
				t.Run(dashboard.Slug, func(t *testing.T) { look(t, b, dashboard) })
			}
		})
	}

	if len(data) < 2 { // go test -run left one out
		return
	}
	for title, want := range data["sqlite"] {
		assert.Equal(t, want, data["postgres"][title], "%q differs between SQLite and PostgreSQL", title)
	}
}

// look opens a dashboard at each width, keeps its picture, and tries its filters.
func look(t *testing.T, b browser, dashboard superset.Dashboard) {
	t.Helper()

	var page visit
	for _, width := range widths {
		page = b.open(t, dashboardPath(dashboard.Slug), width)
		require.NoError(t, os.WriteFile(artifact(t, fmt.Sprintf("%d.png", width)), page.png, 0o644))
		t.Logf("%d px: %d charts drawn in %.1f s", width, len(page.charts), page.took.Seconds())
		require.Empty(t, page.problems())
		require.Len(t, page.charts, len(dashboard.Charts()))
	}

	for _, f := range b.session.filters(t, dashboard.Slug) {
		value := fourWeeks(time.Now())
		if f.FilterType == "filter_select" {
			value = f.choice(t, page)
		}
		filtered := b.open(t, f.at(dashboard.Slug, value), widths[0])
		require.Empty(t, filtered.faults(), "with filter %s = %s", f.ID, value)
		for _, chart := range filtered.charts {
			before, after := page.rows(t, chart), filtered.rows(t, chart)
			switch {
			case !f.reaches(chart):
				assert.Equal(t, before, after, "filter %s = %s reaches %q", f.ID, value, chart.Title)
			case !strings.Contains(filtered.sql(t, chart), "'"+value+"'"): // else the same number is one of the chosen
				assert.NotEqual(t, before, after, "filter %s = %s does not reach %q", f.ID, value, chart.Title)
			}
		}
	}
}

// fourWeeks are the complete weeks up to the last but one: no page shows them
// unasked.
func fourWeeks(now time.Time) string {
	today := now.UTC().Truncate(24 * time.Hour)
	monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)

	return monday.AddDate(0, 0, -5*7).Format(time.DateOnly) + " : " + monday.AddDate(0, 0, -7).Format(time.DateOnly)
}

func dashboardPath(slug string) string { return "/superset/dashboard/" + slug + "/" }
