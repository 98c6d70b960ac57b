package superset_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/superset"
)

// files is the bundle as a folder that a test can spoil.
func files(tb testing.TB, uri string) fstest.MapFS {
	tb.Helper()

	written, err := bundle(tb, uri).Files()
	require.NoError(tb, err)
	folder := fstest.MapFS{}
	for _, f := range written {
		folder[f.Path] = &fstest.MapFile{Data: f.Content}
	}
	return folder
}

func TestLintFindsNothingInOurBundles(t *testing.T) {
	t.Parallel()

	for _, uri := range []string{sqliteURI, postgresURI} {
		for _, version := range []superset.Version{"", superset.Version41, superset.Version50, superset.Version61} {
			o := superset.LintOptions{Version: version}
			folder := files(t, uri)
			assert.Empty(t, superset.Lint(folder, o))
			for name, file := range folder {
				if name != "metadata.yaml" {
					assert.Empty(t, superset.LintDocument(name, file.Data, o), "%s alone", name)
				}
			}

			var packed bytes.Buffer
			require.NoError(t, bundle(t, uri).WriteZip(&packed))
			assert.Empty(t, superset.LintZip(packed.Bytes(), o))
		}
	}
}

// fault is one mistake in a file of a bundle that has none.
type fault struct {
	file     string
	old, new string // every place of the text, and what to write there
	rule     superset.Rule
	want     string // path and message, at least
}

const (
	databaseFile = "databases/logistics.yaml"
	datasetFile  = "datasets/logistics/v_deliveries.yaml"
	chartFile    = "charts/fleet.yaml"
	pageFile     = "dashboards/deliveries.yaml"
)

func faults() map[string]fault {
	return map[string]fault{
		"tabs in YAML":           {chartFile, "\nviz_type: ", "\n\tviz_type: ", superset.RuleSyntax, "charts/fleet.yaml: yaml"},
		"another format version": {"metadata.yaml", "1.0.0", "2.0.0", superset.RuleFormat, `metadata.yaml: version: no version "2.0.0"`},
		"a bundle of another type": {"metadata.yaml", "version: '1.0.0'", "version: 1.0.0\ntype: SavedQuery", superset.RuleFormat,
			"metadata.yaml: type: no page can come from a bundle of type SavedQuery"},
		"a file that is a list": {chartFile, "slice_name", "- slice_name", superset.RuleSyntax, "charts/fleet.yaml: "},

		"a misspelt field": {chartFile, "\ncache_timeout:", "\ncache_time:", superset.RuleUnknownField, "charts/fleet.yaml: no field is called cache_time"},
		"a field of a later version": {pageFile, "\npublished:", "\ntheme_id: 1\npublished:", superset.RuleUnknownField,
			"dashboards/deliveries.yaml: version 4.1 has no theme_id"},
		"a missing field": {databaseFile, "allow_csv_upload: false\n", "", superset.RuleMissingField, "databases/logistics.yaml: without allow_csv_upload"},
		"a field of a part": {databaseFile, "metadata_params", "metadata_param", superset.RuleUnknownField,
			"databases/logistics.yaml: extra: no field is called metadata_param"},
		"a text instead of a number": {datasetFile, "offset: 0", "offset: none", superset.RuleFieldType,
			"datasets/logistics/v_deliveries.yaml: offset: want a whole number, not text"},
		"nothing where something must be": {datasetFile, "offset: 0", "offset: null", superset.RuleFieldType,
			"datasets/logistics/v_deliveries.yaml: offset: may not be null"},
		"a currency as a mapping": {datasetFile, "currency: null", "currency: {symbol: EUR}", superset.RuleFieldType,
			"datasets/logistics/v_deliveries.yaml: metrics[0].currency: a mapping is understood from version 6.0 on"},

		"an identity in capitals": {chartFile, `uuid: `, "uuid: A", superset.RuleUUID, "is no UUID"},
		"a password in the URI": {databaseFile, "sqlite:///", "postgresql://reader:s3cret@db/", superset.RulePassword,
			"databases/logistics.yaml: sqlalchemy_uri: holds a password"},
		"a password beside the URI": {databaseFile, "cache_timeout: null", "password: s3cret", superset.RulePassword,
			"databases/logistics.yaml: password: holds a password"},

		"a time column that is none": {datasetFile, "main_dttm_col: timestamp", "main_dttm_col: depot", superset.RuleDatasetTime,
			`datasets/logistics/v_deliveries.yaml: main_dttm_col: time column "depot" is not of type Time`},
		"a metric without expression": {datasetFile, "expression: 'COUNT(*)'", "expression: ' '", superset.RuleMetricSQL, "no expression"},
		"a column twice": {datasetFile, "column_name: cause", "column_name: depot", superset.RuleDuplicateName,
			`datasets/logistics/v_deliveries.yaml: column "depot": name is used twice`},

		"a type that is gone": {chartFile, "viz_type: big_number_total", "viz_type: bar", superset.RuleVizType, `viz_type: no version draws "bar"`},
		"a type of version 6": {chartFile, "viz_type: big_number_total", "viz_type: gantt_chart", superset.RuleVizType, "gantt_chart exists from version 6.1 on"},
		"handlebars":          {chartFile, "viz_type: big_number_total", "viz_type: handlebars", superset.RuleVizType, "draws nothing"},
		"no type at all":      {chartFile, "viz_type: big_number_total", "viz_type: speedometer", superset.RuleVizType, `"speedometer" is no type`},
		"another type in params": {chartFile, "\n  viz_type: big_number_total", "\n  viz_type: table", superset.RuleVizType,
			"charts/fleet.yaml: params.viz_type: another type than that of the chart"},
		"no time filter": {chartFile, "TEMPORAL_RANGE", "==", superset.RuleTimeFilter, "charts/fleet.yaml: params.adhoc_filters: a time filter of the page does nothing here"},
		"a grain that is none": {"charts/per-day.yaml", "time_grain_sqla: P1D", "time_grain_sqla: P2D", superset.RuleGrain,
			`charts/per-day.yaml: params.time_grain_sqla: no grain "P2D"`},
		"weeks of SQLite": {"charts/per-day.yaml", "time_grain_sqla: P1D", "time_grain_sqla: 1969-12-29T00:00:00Z/P1W", superset.RuleGrain,
			"version 4.1 puts Mondays into the week before"},
		"an unknown metric": {chartFile, "\n  metric: deliveries", "\n  metric: profit", superset.RuleUnknownMetric,
			`charts/fleet.yaml: params.metric: no metric "profit" in v_deliveries`},
		"an expression for a metric": {chartFile, `"metrics":["deliveries"]`, `"metrics":["COUNT(*)"]`, superset.RuleUnknownMetric,
			`charts/fleet.yaml: query_context.queries[0].metrics[0]: "COUNT(*)" is an expression`},
		"an unknown metric in the query": {chartFile, `"metrics":["deliveries"]`, `"metrics":["profit"]`, superset.RuleUnknownMetric,
			`charts/fleet.yaml: query_context.queries[0].metrics[0]: no metric "profit" in v_deliveries`},
		"an unknown column": {"charts/causes.yaml", "\n    - cause\n", "\n    - reason\n", superset.RuleUnknownColumn, `no column "reason" in v_deliveries`},
		"a query that is no JSON": {chartFile, "query_context: '{", "query_context: '", superset.RuleQueryContext,
			"charts/fleet.yaml: query_context: no JSON"},
		"a table's name for its number": {chartFile, `"id":1`, `"id":"trips"`, superset.RuleQueryContext,
			"charts/fleet.yaml: query_context.datasource.id: want a number, not text"},
		"a column twice in a query": {"charts/causes.yaml", `"columns":["cause"]`, `"columns":["cause","cause"]`, superset.RuleDuplicateLabel,
			`charts/causes.yaml: query_context.queries[0]: "cause" is shown twice`},

		"no root":                   {pageFile, "  ROOT_ID:", "  ROOT:", superset.RulePosition, "dashboards/deliveries.yaml: position: no ROOT_ID"},
		"a child that is not there": {pageFile, "  CHART-fleet:\n", "  CHART-other:\n", superset.RulePosition, `no node "CHART-fleet"`},
		"a node in two places":      {pageFile, "- CHART-volume", "- CHART-fleet", superset.RulePosition, `node "CHART-fleet" is in two places`},
		"a chart without a number":  {pageFile, "chartId:", "chart_id:", superset.RulePosition, "no chartId: the import ends there"},
		"a chart that is not there": {"charts/fleet.yaml", "\nuuid: ", "\nuuid: 0", superset.RuleReference, "no chart "},
		"a page without charts":     {pageFile, "type: CHART", "type: MARKDOWN", superset.RuleNoChart, "dashboards/deliveries.yaml: position: no chart on the page"},
		"a row that is too wide":    {pageFile, "width: 4", "width: 10", superset.RuleRowWidth, "cells are wider than 12 columns"},
		"a chart that is too high":  {pageFile, "height: 28", "height: 280", superset.RuleRowHeight, "height 280"},
		"an address with a slash":   {pageFile, "slug: deliveries", "slug: a/b", superset.RuleSlug, `dashboards/deliveries.yaml: slug: "a/b" is no end of an address`},
		"a colour that is none":     {pageFile, "North: '#", "North: '", superset.RuleColor, `the colour of "North"`},
		"an expanded stranger": {pageFile, "expanded_slices: {}", "expanded_slices: {'7': true}", superset.RuleReference,
			"dashboards/deliveries.yaml: metadata.expanded_slices.7: no chart 7 on the page"},
		"numbers that stay": {pageFile, "expanded_slices: {}", "chart_configuration: {'7': {}}", superset.RuleReference,
			"before version 6 its numbers are not replaced"},

		"a filter of no kind":                 {pageFile, "filterType: filter_time", "filterType: filter_timerange", superset.RuleFilter, `"filter_timerange" is no kind of filter`},
		"a filter with an id of its own":      {pageFile, "id: NATIVE_FILTER-time", "id: time", superset.RuleFilter, `"time" is no id of a filter`},
		"a filter without scope":              {pageFile, "rootPath:", "path:", superset.RuleFilter, "no scope: it reaches no chart"},
		"a filter without controls":           {pageFile, "controlValues:", "controls:", superset.RuleFilter, "without controlValues"},
		"a filter by number":                  {pageFile, "datasetUuid:", "datasetId:", superset.RuleFilter, "no datasetUuid"},
		"a filter on nothing":                 {pageFile, "name: depot", "name: depots", superset.RuleUnknownColumn, `no column "depots" in v_deliveries`},
		"a filter that reaches nothing":       {pageFile, "name: depot", "name: depots", superset.RuleFilterReach, `would stay unfiltered: no column "depots"`},
		"a filter with everything as default": {pageFile, "time_range: Last quarter", "time_range: No filter", superset.RuleFilterDefault, "lights the Apply button"},
		"a filter without a stranger":         {pageFile, "excluded: []", "excluded: [7]", superset.RuleFilterExclude, "no chart 7 on the page"},
	}
}

func TestLintFindsFaults(t *testing.T) {
	t.Parallel()

	for name, f := range faults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			folder := files(t, sqliteURI)
			old := string(folder[f.file].Data)
			spoilt := strings.ReplaceAll(old, f.old, f.new)
			require.NotEqual(t, old, spoilt, "%q is not in the file:\n%s", f.old, old)
			folder[f.file].Data = []byte(spoilt)
			found := superset.Lint(folder, superset.LintOptions{})
			for _, p := range found {
				if p.Rule == f.rule && strings.Contains(p.Path+": "+p.Message, f.want) {
					assert.NotEmpty(t, p.Fix)
					return
				}
			}
			assert.Fail(t, "not found", "%s: %s in\n%v", f.rule, f.want, found)
		})
	}
}

func TestLintFindsWhatIsMissing(t *testing.T) {
	t.Parallel()

	rules := func(found []superset.Problem) []superset.Rule {
		var all []superset.Rule
		for _, p := range found {
			all = append(all, p.Rule)
		}
		return all
	}
	tests := map[string]struct {
		leaveOut string
		want     superset.Rule
	}{
		"metadata":  {"metadata.yaml", superset.RuleFormat},
		"database":  {"databases/", superset.RuleDatabase},
		"dataset":   {"datasets/", superset.RuleReference},
		"chart":     {"charts/fleet.yaml", superset.RuleReference},
		"dashboard": {"dashboards/", superset.RuleNoDashboard},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := files(t, sqliteURI)
			for file := range folder {
				if strings.HasPrefix(file, test.leaveOut) {
					delete(folder, file)
				}
			}
			assert.Contains(t, rules(superset.Lint(folder, superset.LintOptions{})), test.want)
		})
	}
	assert.Equal(t, []superset.Rule{superset.RuleFormat}, rules(superset.Lint(fstest.MapFS{}, superset.LintOptions{})))

	flat := &bytes.Buffer{}
	packed := zip.NewWriter(flat)
	require.NoError(t, packed.AddFS(files(t, sqliteURI)))
	require.NoError(t, packed.Close())
	assert.Equal(t, []superset.Rule{superset.RuleFormat}, rules(superset.LintZip(flat.Bytes(), superset.LintOptions{})), "no root folder")
	assert.Equal(t, []superset.Rule{superset.RuleFormat}, rules(superset.LintZip([]byte("PK"), superset.LintOptions{})), "no ZIP")
}

func TestLintForAVersion(t *testing.T) {
	t.Parallel()

	folder := files(t, sqliteURI)
	folder[chartFile].Data = bytes.ReplaceAll(folder[chartFile].Data, []byte("big_number_total"), []byte("gantt_chart"))
	folder[pageFile].Data = append(folder[pageFile].Data, "theme_uuid: null\n"...)
	assert.Len(t, superset.Lint(folder, superset.LintOptions{}), 2)
	assert.Len(t, superset.Lint(folder, superset.LintOptions{Version: superset.Version50}), 2)
	assert.Empty(t, superset.Lint(folder, superset.LintOptions{Version: superset.Version61}))
}

// TestLintReadsForeignPages holds the whole list for a page in the shape that
// programs write which never saw a bundle.
func TestLintReadsForeignPages(t *testing.T) {
	t.Parallel()

	page, err := os.ReadFile(filepath.Join("testdata", "foreign", "fleet.json"))
	require.NoError(t, err)
	var list strings.Builder
	for _, p := range superset.LintDocument("fleet.json", page, superset.LintOptions{}) {
		fmt.Fprintf(&list, "%s: %s [%s]\n\tfix: %s\n", p.Path, p.Message, p.Rule, p.Fix)
	}
	golden := filepath.Join("testdata", "foreign", "fleet.txt")
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(list.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), list.String(), "run go test ./superset -update and review the difference")
}

func TestEveryRuleOfFilesIsTested(t *testing.T) {
	t.Parallel()

	reached := map[string]bool{}
	for _, f := range faults() {
		reached[string(f.rule)] = true
	}
	source, err := os.ReadFile("lint.go")
	require.NoError(t, err)
	for _, constant := range regexp.MustCompile(`Rule = "([a-z-]+)"`).FindAllSubmatch(source, -1) {
		assert.True(t, reached[string(constant[1])], "no test for %s", constant[1])
	}
}

func FuzzLint(f *testing.F) {
	good := files(f, sqliteURI)
	for _, name := range []string{"metadata.yaml", databaseFile, chartFile, "charts/causes.yaml"} {
		f.Add(good[name].Data)
	}
	page, err := os.ReadFile(filepath.Join("testdata", "foreign", "fleet.json"))
	require.NoError(f, err)
	f.Add(page)
	f.Add([]byte("position: {ROOT_ID: {type: ROOT, id: ROOT_ID, children: [ROOT_ID, 1, {}]}}\nmetadata: [1]"))
	f.Add([]byte("uuid: a\nmetrics: [{currency: {}}, 1]\ncolumns: {2020: x}\nqueries: [{columns: [a, a]}]"))
	f.Fuzz(func(t *testing.T, content []byte) {
		file := &fstest.MapFile{Data: content}
		bundle := fstest.MapFS{
			"metadata.yaml": file, "databases/a.yaml": file, "datasets/a/a.yaml": file, "charts/a.yaml": file, "dashboards/a.yaml": file,
		}
		found := append(superset.Lint(bundle, superset.LintOptions{}), superset.LintDocument("a.yaml", content, superset.LintOptions{})...)
		for _, p := range found {
			if p.Rule == "" || p.Path == "" || p.Message == "" || p.Fix == "" {
				t.Errorf("half a problem: %#v", p)
			}
		}
	})
}

func FuzzLintZip(f *testing.F) {
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	require.NoError(f, z.AddFS(fstest.MapFS{
		"a/metadata.yaml": {Data: []byte("version: 1.0.0")}, "a/charts/b.yaml": {Data: []byte("slice_name: B")},
	}))
	require.NoError(f, z.Close())
	f.Add(packed.Bytes())
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(_ *testing.T, content []byte) { superset.LintZip(content, superset.LintOptions{}) })
}
