package superset

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// grains are the steps of time that Superset has somewhere.
var grains = []string{
	"PT1S", "PT5S", "PT30S", "PT1M", "PT5M", "PT10M", "PT15M", "PT30M", "PT0.5H", "PT1H", "PT6H",
	"P1D", "P1W", "P1M", "P3M", "P0.25Y", "P1Y", weekFromMonday, "1969-12-28T00:00:00Z/P1W",
	"P1W/1970-01-03T00:00:00Z", "P1W/1970-01-04T00:00:00Z",
}

const weekFromMonday = "1969-12-29T00:00:00Z/P1W"

// chart checks a chart against its dataset.
func (l *linter) chart(p part) {
	chartSchema.check(p, l.target)
	source := p.field("dataset_uuid")
	l.refers(source, l.datasets, "dataset")
	d, known := l.tables[source.text()]
	if id := p.field("uuid").text(); id != "" {
		l.names[id] = About{Slug: p.field("slice_name").text(), Dataset: d}
	}

	kind := p.field("viz_type")
	if kind.text() != "" {
		checkVizType(kind.report(), kind.text(), l.target)
	}
	params := p.field("params")
	if other := params.field("viz_type").text(); other != "" && other != kind.text() {
		params.field("viz_type").report()(RuleVizType, "write "+kind.text(), "another type than that of the chart")
	}
	if params.value != nil {
		l.timeFilters(params, kind.text())
		l.grain(params.field("time_grain_sqla"))
	}
	if known {
		checkUse(params, d)
	}
	l.queryContext(p.field("query_context"), d, known)
}

// timeFilters checks that a filter of the page can reach the chart's queries.
func (l *linter) timeFilters(params part, kind string) {
	if slices.Contains(queryless, kind) {
		return
	}
	lists := []string{"adhoc_filters"}
	if kind == "mixed_timeseries" {
		lists = append(lists, "adhoc_filters_b")
	}
	for _, name := range lists {
		reached := slices.ContainsFunc(params.field(name).items(), func(filter part) bool {
			return filter.field("operator").text() == "TEMPORAL_RANGE"
		})
		if !reached && params.field("granularity_sqla").text() == "" {
			params.field(name).report()(RuleTimeFilter, `add a filter with operator TEMPORAL_RANGE and comparator "No filter"`,
				"a time filter of the page does nothing here")
		}
	}
}

func (l *linter) grain(p part) {
	switch name := p.text(); {
	case name == "":
	case !slices.Contains(grains, name):
		p.report()(RuleGrain, "use one such as P1D or P1M", "no grain %q", name)
	case name == weekFromMonday && l.sqlite && !l.target.has(Version50):
		p.report()(RuleGrain, "make the week a column of the view", "version 4.1 puts Mondays into the week before, on SQLite")
	}
}

// checkUse checks the names in the params of a chart, which the browser follows.
// Params keep what an earlier type of the chart had, so only keys that every
// type reads alike are looked at.
func checkUse(params part, d Dataset) {
	columns := []string{"groupby", "groupby_b", "columns", "x_axis"}
	if params.field("query_mode").text() == "raw" {
		columns = []string{"all_columns"}
	}
	for _, key := range columns {
		for _, column := range params.field(key).texts() {
			knownColumn(column.report(), d, column.text())
		}
	}
	if params.field("query_mode").text() == "raw" {
		return
	}
	for _, key := range []string{"metric", "metrics", "metrics_b", "percent_metrics"} {
		for _, metric := range params.field(key).texts() {
			knownMetric(metric.report(), d, metric.text())
		}
	}
}

// queryContext checks the stored query, which is JSON in a text.
func (l *linter) queryContext(p part, d Dataset, known bool) {
	stored := p
	if text := p.text(); text != "" {
		if err := json.Unmarshal([]byte(text), &stored.value); err != nil {
			p.report()(RuleQueryContext, "store the query as JSON text, or leave it out", "no JSON: %v", err)
			return
		}
		stored.value = plain(stored.value)
	}
	if stored.empty() {
		return
	}
	contextSchema.check(stored, l.target)
	if id := stored.field("datasource").field("id"); id.value != nil && formOf(id.value) != formNumber {
		id.report()(RuleQueryContext, "write any number: the importer puts the right one in", "want a number, not %s", formOf(id.value))
	}
	queries := stored.field("queries").items()
	if len(queries) == 0 && stored.field("metrics").value != nil {
		queries = []part{stored} // the keys of a query, a level too high
	}
	for _, q := range queries {
		l.query(q, d, known)
	}
}

var plainName = regexp.MustCompile(`^[A-Za-z_]+$`)

// query checks one of the stored queries.
func (l *linter) query(p part, d Dataset, known bool) {
	l.grain(p.field("time_grain_sqla"))
	l.grain(p.field("extras").field("time_grain_sqla"))
	for _, metric := range p.field("metrics").texts() {
		if strings.ContainsAny(metric.text(), "()* ") && !isMetric(d, metric.text()) {
			metric.report()(RuleUnknownMetric, "write an object with expressionType SQL, or add a metric to the dataset and name it",
				"%q is an expression, where a name is wanted", metric.text())
		} else if known {
			knownMetric(metric.report(), d, metric.text())
		}
	}
	if !known {
		return
	}
	q := Query{Metrics: []string{}, Limit: defaultLimit}
	for _, column := range p.field("columns").texts() {
		q.Columns = append(q.Columns, column.text())
	}
	for _, column := range p.field("columns").items() {
		// An axis that is an expression of its own is no column.
		if name := column.field("sqlExpression").text(); column.field("columnType").text() == "BASE_AXIS" && plainName.MatchString(name) {
			q.Columns = append(q.Columns, name)
		}
	}
	for _, metric := range p.field("metrics").texts() {
		if isMetric(d, metric.text()) {
			q.Metrics = append(q.Metrics, metric.text())
		}
	}
	q.check(p.report(), d)
}

func isMetric(d Dataset, name string) bool {
	_, ok := d.Metric(name)
	return ok
}
