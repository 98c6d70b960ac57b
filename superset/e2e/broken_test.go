package e2e_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestBrokenBundleIsSeen spoils charts in ways that Superset imports without a
// word. If the checks of TestDashboards passed here, they would prove nothing.
func TestBrokenBundleIsSeen(t *testing.T) {
	bundle := newBundle(t, sources(t)[0])
	bundle.Dashboards = bundle.Dashboards[:1]
	files := newArchive(t, bundle)
	var wrong, empty string
	for _, chart := range bundle.Dashboards[0].Charts() {
		if chart.Type() == "table" { // unlike a count, a table can be empty
			empty = chart.About().Title
		} else {
			wrong = chart.About().Title
		}
	}
	spoil := func(title, condition string) {
		files.spoil(t, title,
			func(params map[string]any) {
				for _, key := range []string{"adhoc_filters", "adhoc_filters_b"} {
					if filters, ok := params[key].([]any); ok {
						params[key] = append(filters, map[string]any{
							"expressionType": "SQL", "clause": "WHERE", "sqlExpression": condition,
						})
					}
				}
			},
			func(query map[string]any) {
				extras := query["extras"].(map[string]any)
				where := "(" + condition + ")"
				if old, ok := extras["where"].(string); ok && old != "" {
					where = old + " AND " + where
				}
				extras["where"] = where
			})
	}
	spoil(wrong, "no_such_column = 1")
	spoil(empty, "1 = 0")

	server := startSuperset(t)
	client := server.client(t)
	require.NoError(t, client.Push(t.Context(), files.zip(t), bundle.Passwords()))

	_, problems := chartData(t, client, files)
	require.ElementsMatch(t, []string{wrong, empty}, slices.Collect(maps.Keys(problems)))
	assert.ErrorContains(t, problems[wrong], "no_such_column")
	assert.ErrorContains(t, problems[empty], "no data")

	b := startBrowser(t, server.logIn(t))
	var seen []string
	for _, dashboard := range bundle.Dashboards {
		seen = append(seen, b.open(t, dashboardPath(dashboard.Slug), widths[0]).problems()...)
	}
	all := strings.Join(seen, "\n")
	assert.Contains(t, all, `"`+wrong+`" shows an error`)
	assert.Contains(t, all, `"`+empty+`" shows no data`)
	assert.Contains(t, all, "status 400", "the failed call for data")
	assert.Len(t, seen, 3, "%s", all)
}

// TestIncompleteBundleIsRefused leaves out a dataset that charts need.
func TestIncompleteBundleIsRefused(t *testing.T) {
	bundle := newBundle(t, source{uri: "sqlite:////feedback.db"})
	files := newArchive(t, bundle)
	for path := range files {
		if strings.HasPrefix(path, "datasets/") {
			delete(files, path)

			break
		}
	}

	require.Error(t, startSuperset(t).client(t).Push(t.Context(), files.zip(t), nil))
}
