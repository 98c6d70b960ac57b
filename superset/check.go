package superset

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	fileName   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*$`)
	slugForm   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	tableName  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	identifier = regexp.MustCompile(`^[a-z_][a-z0-9_]*$`)
)

// report notes a mistake. The path is the one of what is being checked.
type report func(rule Rule, fix, format string, args ...any)

// ruled is a chart with rules of its own.
type ruled interface {
	rules(r report)
}

// check collects the problems of a bundle.
type check struct {
	problems []Problem
}

func (c *check) at(path string) report {
	return func(rule Rule, fix, format string, args ...any) {
		p := Problem{rule, path, fmt.Sprintf(format, args...), fix}
		// Two queries of a chart, or a metric and the order by it, make one mistake.
		if !slices.Contains(c.problems, p) {
			c.problems = append(c.problems, p)
		}
	}
}

// Problems returns all mistakes of the bundle, in reading order.
func (b Bundle) Problems() []Problem {
	c := &check{}
	r := c.at("bundle")
	if !fileName.MatchString(b.project()) {
		r(RuleProject, "use letters, digits, - and _", "%q is no name for a project", b.project())
	}
	if !fileName.MatchString(b.databaseName()) {
		r(RuleProject, "use letters, digits, - and _", "%q is no name for a database", b.databaseName())
	}
	if b.Database.uri == "" {
		r(RuleDatabase, "set Database to what ParseDatabase returns", "no database")
	}
	checkText(c.at("database"), object{{"sqlalchemy_uri", b.Database.uri}})
	if len(b.Dashboards) == 0 {
		r(RuleNoDashboard, "add a dashboard", "no dashboard")
	}

	c.datasets(b)
	pages, charts, ids := map[string]bool{}, map[string]string{}, map[int]string{}
	for _, d := range b.pages() {
		path := fmt.Sprintf("dashboard %q", d.Slug)
		if pages[d.Slug] {
			c.at(path)(RuleDuplicateSlug, "give one of them another slug", "slug is that of another dashboard")
		}
		pages[d.Slug] = true
		c.dashboard(path, d)
		for _, chart := range d.Charts() {
			slug := chart.About().Slug
			here := fmt.Sprintf("%s: chart %q", path, slug)
			if since, ok := sinceVersion(chart.Type()); ok && !b.Version.has(since) {
				tooNew(c.at(here), chart.Type(), since)
			}
			id := localID(b.project(), slug)
			if other, ok := charts[slug]; ok {
				c.at(here)(RuleDuplicateSlug, "give one of them another slug", "slug is that of another chart, in %s", other)
			} else if other, ok := ids[id]; ok {
				c.at(here)(RuleChartID, "change its slug", "number is that of chart %q by chance", other)
			}
			charts[slug], ids[id] = path, slug
		}
	}
	return c.problems
}

// datasets checks each definition once, and that there is one for each name.
func (c *check) datasets(b Bundle) {
	first := map[string]Dataset{}
	for _, d := range b.Datasets() {
		first[d.Name] = d
		path := fmt.Sprintf("dataset %q", d.Name)
		d.check(c.at(path), func(kind, name string) report {
			return c.at(fmt.Sprintf("%s: %s %q", path, kind, name))
		})
		checkText(c.at(path), b.datasetDocument(d).body)
	}
	for _, d := range b.pages() {
		for _, u := range d.uses() {
			if !reflect.DeepEqual(first[u.dataset.Name], u.dataset) {
				c.at(fmt.Sprintf("dashboard %q: %s", d.Slug, u.by))(RuleDatasetTwice,
					"describe the table in one place", "dataset %q differs from another one of that name", u.dataset.Name)
			}
		}
	}
}

func (d Dataset) check(r report, part func(kind, name string) report) {
	if !tableName.MatchString(d.Name) {
		r(RuleDatasetName, "name a table or view, without schema", "%q is no name of a table", d.Name)
	}
	d.checkTime(r)
	d.checkNames(part)
	labels := map[string]bool{}
	for _, column := range d.Columns {
		r := part("column", column.Name)
		if !identifier.MatchString(column.Name) {
			r(RuleColumnName, "use lower-case letters, digits and _", "%q is no name for a column", column.Name)
		}
		switch column.Type {
		case Text, Integer, Float, Time:
		default:
			r(RuleColumnType, "use Text, Integer, Float or Time", "%q is no type", column.Type)
		}
	}
	for _, metric := range d.Metrics {
		r := part("metric", metric.Name)
		if !identifier.MatchString(metric.Name) {
			r(RuleMetricName, "use lower-case letters, digits and _", "%q is no name for a metric", metric.Name)
		}
		if label := d.label(metric.Name); labels[label] {
			r(RuleDuplicateLabel, "give one of them another label", "label %q is that of another metric", label)
		} else {
			labels[label] = true
		}
	}
}

// checkTime checks that time filters have a column to apply to.
func (d Dataset) checkTime(r report) {
	switch column, ok := d.Column(d.Time); {
	case !ok:
		r(RuleDatasetTime, "name a column that holds times", "no time column %q", d.Time)
	case column.Type != Time:
		r(RuleDatasetTime, "name a column that holds times", "time column %q is not of type Time", d.Time)
	}
}

// checkNames checks what any dataset has to hold to, wherever it comes from.
func (d Dataset) checkNames(part func(kind, name string) report) {
	names := map[string]bool{}
	for _, column := range d.Columns {
		if names[column.Name] {
			part("column", column.Name)(RuleDuplicateName, "remove one of them", "name is used twice")
		}
		names[column.Name] = true
	}
	for _, metric := range d.Metrics {
		r := part("metric", metric.Name)
		if names[metric.Name] {
			r(RuleDuplicateName, "rename the metric", "name is used twice")
		}
		names[metric.Name] = true
		if strings.TrimSpace(metric.Expression) == "" {
			r(RuleMetricSQL, "write an aggregate such as COUNT(*)", "no expression")
		}
	}
}

// dashboard checks one page and its charts.
func (c *check) dashboard(path string, d Dashboard) {
	r := c.at(path)
	if !slugForm.MatchString(d.Slug) {
		r(RuleSlug, "join lower-case words by -", "%q is no slug", d.Slug)
	}
	if d.Title == "" {
		r(RuleTitle, "write one", "no title")
	}
	if len(d.Charts()) == 0 {
		r(RuleNoChart, "add a chart", "no chart")
	}
	colors := object{}
	for _, label := range slices.Sorted(maps.Keys(d.Colors)) {
		colors = append(colors, field{label, d.Colors[label]})
		checkColor(r, d.Colors[label], "the colour of %q", label)
	}
	checkText(r, object{
		{"title", d.Title}, {"description", d.Description}, {"intro", d.Intro},
		{"certified by", d.CertifiedBy}, {"colors", colors},
	})
	for i, row := range d.Rows {
		c.row(fmt.Sprintf("%s: row %d", path, i+1), row)
	}
	for _, chart := range d.Charts() {
		about := chart.About()
		c.chart(fmt.Sprintf("%s: chart %q", path, about.Slug), chart)
	}
	c.filters(path, d)
}

func (c *check) row(path string, row Row) {
	r := c.at(path)
	if row.Height < minHeight || row.Height > maxHeight {
		r(RuleRowHeight, "use 5 to 100 units of 8 pixels", "height %d", row.Height)
	}
	if len(row.Cells) == 0 {
		r(RuleCell, "remove the row", "no cell")
		return
	}
	used, open := sum(row.Cells, func(c Cell) int { return c.Width })
	left := gridColumns - used
	switch {
	case left < open:
		r(RuleRowWidth, "narrow the cells or start another row", "cells are wider than 12 columns")
	case open > 0 && left%open != 0:
		r(RuleRowWidth, "write the widths", "%d columns cannot be shared by %d cells", left, open)
	}
	for i, cell := range row.Cells {
		c.cell(fmt.Sprintf("%s: cell %d", path, i+1), cell, row.Height, false)
	}
}

// cell checks one place in a row, or in a stack.
func (c *check) cell(path string, cell Cell, height int, inStack bool) {
	r := c.at(path)
	if cell.Width < 0 || cell.Height < 0 {
		r(RuleCell, "leave the size out to share what is left", "negative size")
	}
	checkText(r, object{{"text", cell.Text}})
	held := 0
	for _, holds := range []bool{cell.Chart != nil, cell.Text != "", len(cell.Stack) > 0} {
		if holds {
			held++
		}
	}
	if held != 1 {
		r(RuleCell, "set exactly one of Chart, Text and Stack", "holds %d things", held)
	}
	if len(cell.Stack) == 0 {
		return
	}
	if inStack {
		r(RuleCell, "put the cells into one stack", "a stack in a stack")
		return
	}
	for i, part := range cell.Stack {
		c.cell(fmt.Sprintf("%s: part %d", path, i+1), part, height, true)
	}
	used, open := sum(cell.Stack, func(c Cell) int { return c.Height })
	left := height - gutter*(len(cell.Stack)-1) - used
	switch {
	case open == 0 && left != 0:
		r(RuleStackHeight, "parts and 2 units for each gap add up to the row, or leave one height out",
			"parts and gaps are %d units high in a row of %d", height-left, height)
	case open > 0 && (left < minHeight*open || left%open != 0):
		r(RuleStackHeight, "write the heights", "%d units cannot be shared by %d parts", left, open)
	}
}

const minHeight, maxHeight = 5, 100

// sum adds the sizes and counts the cells without one.
func sum(cells []Cell, size func(Cell) int) (total, open int) {
	for _, c := range cells {
		if size(c) == 0 {
			open++
		}
		total += size(c)
	}
	return total, open
}

// chart checks one chart against its dataset.
func (c *check) chart(path string, chart Chart) {
	r := c.at(path)
	about := chart.About()
	if !slugForm.MatchString(about.Slug) {
		r(RuleSlug, "join lower-case words by -", "%q is no slug", about.Slug)
	}
	if about.Title == "" {
		r(RuleTitle, "write one", "no title")
	}
	for _, condition := range about.Where {
		condition.check(r, about.Dataset)
	}
	for _, q := range chart.Queries() {
		q.check(r, about.Dataset)
	}
	if own, ok := chart.(ruled); ok {
		own.rules(r)
	}
	checkText(r, object{
		{"title", about.Title}, {"description", about.Description},
		{"params", chart.Params()}, {"where", conditionValues(about.Where)},
	})
}

// check checks the names in a query.
func (q Query) check(r report, d Dataset) {
	shown := map[string]bool{}
	show := func(name string) {
		if shown[name] {
			r(RuleDuplicateLabel, "name another one", "%q is shown twice", name)
		}
		shown[name] = true
	}
	if q.X != (Axis{}) {
		q.X.check(r, d)
		show(q.X.Column)
	}
	for _, column := range q.Columns {
		knownColumn(r, d, column)
		show(column)
	}
	for _, metric := range q.Metrics {
		knownMetric(r, d, metric)
		show(metric)
	}
	for _, o := range q.OrderBy {
		switch {
		case shown[o.By]:
		case q.Metrics == nil: // a list of rows
			knownColumn(r, d, o.By)
		default:
			knownMetric(r, d, o.By)
		}
	}
	if q.SeriesBy != "" {
		knownMetric(r, d, q.SeriesBy)
	}
	if q.Limit < 0 || q.SeriesLimit < 0 {
		r(RuleLimit, "use a positive number", "negative limit")
	}
}

func (a Axis) check(r report, d Dataset) {
	knownColumn(r, d, a.Column)
	column, ok := d.Column(a.Column)
	switch {
	case a.Grain == "":
	case !slices.Contains([]Grain{Hour, Day, Month, Quarter, Year}, a.Grain):
		fix := "use Hour, Day, Month, Quarter or Year"
		if strings.Contains(string(a.Grain), "P1W") {
			fix = "name a column that holds the week's Monday, without grain"
		}
		r(RuleGrain, fix, "grain %q is not the same everywhere", a.Grain)
	case ok && column.Type != Time:
		r(RuleGrain, "leave the grain out", "a grain on %q, which holds no times", a.Column)
	}
}

func (c Condition) check(r report, d Dataset) {
	if (c.Column == "") == (c.Metric == "") {
		r(RuleCondition, "use Is, IsNot, OneOf, IsNull, NotNull or AtLeast", "a condition is on a column or a metric")
		return
	}
	if c.Metric != "" {
		knownMetric(r, d, c.Metric)
		if c.Operator != OpAtLeast || !isNumber(c.Value) {
			r(RuleCondition, "use AtLeast", "metric %q takes a number that it must reach", c.Metric)
		}
		return
	}
	knownColumn(r, d, c.Column)
	column, ok := d.Column(c.Column)
	if !ok {
		return
	}
	_, isText := c.Value.(string)
	texts, isTexts := c.Value.([]string)
	switch c.Operator {
	case OpNull, OpNotNull:
		if c.Value != nil {
			r(RuleCondition, "leave the value out", "%s takes no value", c.Operator)
		}
	case OpEqual, OpNotEqual:
		switch {
		case column.Type == Time:
			r(RuleCondition, "use the page's time filter", "column %q holds times", c.Column)
		case column.Type == Text && !isText:
			r(RuleCondition, "write the value as a string", "column %q holds text, not %v", c.Column, c.Value)
		case column.Type != Text && !isNumber(c.Value):
			r(RuleCondition, "write the value as a number", "column %q holds numbers, not %v", c.Column, c.Value)
		}
	case OpIn:
		if !isTexts || len(texts) == 0 || column.Type != Text {
			r(RuleCondition, "name the texts to keep", "OneOf takes a text column and its values, not %q and %v", c.Column, c.Value)
		}
	default:
		r(RuleCondition, "use Is, IsNot, OneOf, IsNull or NotNull", "no operator %q for a column", c.Operator)
	}
}

func isNumber(v any) bool {
	switch n := v.(type) {
	case int:
		return true
	case float64:
		return !math.IsNaN(n) && !math.IsInf(n, 0)
	}
	return false
}

// conditionValues are the texts of conditions.
func conditionValues(where []Condition) []any {
	values := []any{}
	for _, c := range where {
		switch c.Value.(type) {
		case string, []string:
			values = append(values, c.Value)
		}
	}
	return values
}

func knownColumn(r report, d Dataset, name string) {
	if _, ok := d.Column(name); !ok {
		var names []string
		for _, c := range d.Columns {
			names = append(names, c.Name)
		}
		r(RuleUnknownColumn, oneOf(names), "no column %q in %s", name, d.Name)
	}
}

func knownMetric(r report, d Dataset, name string) {
	if _, ok := d.Metric(name); !ok {
		var names []string
		for _, m := range d.Metrics {
			names = append(names, m.Name)
		}
		r(RuleUnknownMetric, oneOf(names), "no metric %q in %s", name, d.Name)
	}
}

func oneOf(names []string) string {
	if len(names) == 0 {
		return "add it to the dataset"
	}
	return "it has " + strings.Join(names, ", ")
}

// check checks the ends of the range.
func (r Range) check(report report, what string) {
	for _, end := range []*float64{r.Min, r.Max} {
		if end != nil && !isNumber(*end) {
			report(RuleRange, "use a finite number", "an end of %s is not a number", what)
			return
		}
	}
	if r.Min != nil && r.Max != nil && *r.Min >= *r.Max {
		report(RuleRange, "swap them", "%s runs from %v to %v", what, *r.Min, *r.Max)
	}
}

func checkColor(r report, c Color, format string, args ...any) {
	if !hexColor.MatchString(string(c)) {
		r(RuleColor, "use # and six hexadecimal digits", "%s is %q", fmt.Sprintf(format, args...), c)
	}
}

// filters checks that each filter does on the page what readers will think.
func (c *check) filters(path string, d Dashboard) {
	ids := map[string]bool{}
	for _, f := range d.Filters {
		r := c.at(fmt.Sprintf("%s: filter %q", path, f.title()))
		if ids[f.id()] {
			r(RuleDuplicate, "remove one of them", "another filter is on the same column")
		}
		ids[f.id()] = true
		for _, slug := range f.excluded() {
			if !slices.ContainsFunc(d.Charts(), func(c Chart) bool { return c.About().Slug == slug }) {
				r(RuleFilterExclude, "name a chart by its slug", "no chart %q on the page", slug)
			}
		}
		f.check(r, d)
	}
}

func (f TimeRange) check(r report, _ Dashboard) {
	checkPeriod(r, string(f.Default))
	checkText(r, object{{"name", f.Name}, {"default", f.Default}})
}

func (f Select) check(r report, d Dashboard) {
	checkText(r, object{{"name", f.Name}, {"description", f.Description}, {"default", f.Default}})
	if _, ok := f.Dataset.Column(f.Column); !ok {
		knownColumn(r, f.Dataset, f.Column)
		return
	}
	for _, condition := range f.Where {
		condition.check(r, f.Dataset)
	}
	for _, chart := range d.Charts() {
		if about := chart.About(); !slices.Contains(f.Exclude, about.Slug) {
			checkReach(r, f.Column, about)
		}
	}
}

// checkPeriod checks what a time filter starts from.
func checkPeriod(r report, period string) {
	if period == everything {
		r(RuleFilterDefault, "leave the default out", "%q as a default lights the Apply button", everything)
	}
}

// checkReach checks that a filter on the column does something to the chart.
func checkReach(r report, column string, about About) {
	if _, ok := about.Dataset.Column(column); !ok {
		r(RuleFilterReach, "add the column to the dataset, or exclude the chart",
			"chart %q would stay unfiltered: no column %q in %s", about.Slug, column, about.Dataset.Name)
	}
}

// checkText looks at every text and number below the value.
func checkText(r report, value any) {
	walk("", reflect.ValueOf(value), func(path string, v reflect.Value) {
		switch v.Kind() {
		case reflect.String:
			text := v.String()
			if err := textError(text); err != nil {
				r(RuleText, "remove it", "%s: %v", path, err)
			}
			for _, token := range []string{"{{", "{%", "{#"} {
				if strings.Contains(text, token) {
					r(RuleTemplate, "write it without "+token, "%s: %s starts a template of Superset", path, token)
				}
			}
		case reflect.Float64:
			if !isNumber(v.Float()) {
				r(RuleValue, "use a finite number", "%s: %v", path, v.Float())
			}
		case reflect.Invalid, reflect.Bool, reflect.Int, reflect.Int64:
		default:
			r(RuleValue, "use text, numbers, booleans, slices and maps", "%s: a %s", path, v.Type())
		}
	})
}

// walk visits every scalar below v, and every key.
func walk(path string, v reflect.Value, visit func(path string, v reflect.Value)) {
	below := func(key string) string { return strings.TrimPrefix(path+"."+key, ".") }
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		walk(path, v.Elem(), visit)
	case reflect.Slice:
		fields, ok := v.Interface().(object)
		if !ok {
			for i := range v.Len() {
				walk(below(strconv.Itoa(i+1)), v.Index(i), visit)
			}
			return
		}
		for _, f := range fields {
			visit(below("key"), reflect.ValueOf(f.key))
			walk(below(f.key), reflect.ValueOf(f.value), visit)
		}
	case reflect.Map:
		if v.Type().Key().Kind() != reflect.String {
			visit(path, v)
			return
		}
		for _, k := range sortedKeys(v) {
			visit(below("key"), k)
			walk(below(k.String()), v.MapIndex(k), visit)
		}
	default:
		visit(path, v)
	}
}
