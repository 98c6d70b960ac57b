package superset_test

import (
	"errors"
	"math"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/superset"
)

// mistake is one mistake, made in a bundle that has none.
type mistake struct {
	rule  superset.Rule
	want  string
	makes func(b *superset.Bundle)
}

// inPage makes the mistake in the page.
func inPage(f func(d *superset.Dashboard)) func(*superset.Bundle) {
	return func(b *superset.Bundle) { f(&b.Dashboards[0]) }
}

// inDataset makes the mistake in the dataset of a page with one chart.
func inDataset(f func(d *superset.Dataset)) func(*superset.Bundle) {
	return func(b *superset.Bundle) {
		d := deliveries()
		f(&d)
		b.Dashboards = []superset.Dashboard{only(superset.Total{Slug: "t", Title: "T", Dataset: d, Value: "deliveries"})}
	}
}

// inChart puts a chart with the mistake on a page of its own.
func inChart(c superset.Chart) func(*superset.Bundle) {
	return func(b *superset.Bundle) { b.Dashboards = []superset.Dashboard{only(c)} }
}

// where puts the condition on a chart.
func where(c superset.Condition) func(*superset.Bundle) {
	return inChart(superset.Total{Slug: "t", Title: "T", Dataset: deliveries(), Value: "deliveries", Where: []superset.Condition{c}})
}

func only(c superset.Chart) superset.Dashboard {
	return superset.Dashboard{
		Slug: "page", Title: "Page",
		Rows: []superset.Row{{Height: 20, Cells: []superset.Cell{{Chart: c}}}},
	}
}

func mistakes() map[string]mistake {
	total := superset.Total{Slug: "t", Title: "T", Dataset: deliveries(), Value: "deliveries"}
	gauge := superset.Gauge{Slug: "g", Title: "G", Dataset: deliveries(), Value: "on_time", Warn: 0.8, Target: 0.9}
	table := func(values ...superset.TableValue) superset.Chart {
		return superset.Table{Slug: "t", Title: "T", Dataset: deliveries(), By: []string{"depot"}, Values: values}
	}
	return map[string]mistake{
		"a project with a slash": {superset.RuleProject, `superset: bundle: "a/b" is no name for a project`,
			func(b *superset.Bundle) { b.Project, b.DatabaseName = "a/b", "ab" }},
		"a database name with a slash": {superset.RuleProject, `superset: bundle: "../x" is no name for a database`,
			func(b *superset.Bundle) { b.DatabaseName = "../x" }},
		"no database": {superset.RuleDatabase, `superset: bundle: no database`,
			func(b *superset.Bundle) { b.Database = superset.Database{} }},
		"no dashboard": {superset.RuleNoDashboard, `superset: bundle: no dashboard`,
			func(b *superset.Bundle) { b.Dashboards = nil }},

		"a slug with spaces": {superset.RuleSlug, `superset: dashboard "My page": "My page" is no slug`,
			inPage(func(d *superset.Dashboard) { d.Slug = "My page" })},
		"two pages with one slug": {superset.RuleDuplicateSlug, `superset: dashboard "deliveries": slug is that of another dashboard`,
			func(b *superset.Bundle) {
				other := only(total)
				other.Slug = "deliveries"
				b.Dashboards = append(b.Dashboards, other)
			}},
		"two charts with one slug": {superset.RuleDuplicateSlug, `superset: dashboard "other": chart "fleet": slug is that of another chart, in dashboard "deliveries"`,
			func(b *superset.Bundle) {
				other := only(fleet())
				other.Slug = "other"
				b.Dashboards = append(b.Dashboards, other)
			}},
		"two charts with one number": {superset.RuleChartID, `superset: dashboard "page": chart "c32874": number is that of chart "c17635" by chance`,
			func(b *superset.Bundle) {
				one, two := total, total
				one.Slug, two.Slug = "c17635", "c32874" // found by trying
				b.Dashboards = []superset.Dashboard{only(one)}
				b.Dashboards[0].Rows[0].Cells = append(b.Dashboards[0].Rows[0].Cells, superset.Cell{Chart: two})
			}},
		"a page without title": {superset.RuleTitle, `superset: dashboard "deliveries": no title`,
			inPage(func(d *superset.Dashboard) { d.Title = "" })},
		"a chart without title": {superset.RuleTitle, `superset: dashboard "page": chart "t": no title`,
			inChart(superset.Total{Slug: "t", Dataset: deliveries(), Value: "deliveries"})},
		"a page without chart": {superset.RuleNoChart, `superset: dashboard "deliveries": no chart`,
			inPage(func(d *superset.Dashboard) { d.Rows, d.Filters = nil, nil })},

		"a flat row": {superset.RuleRowHeight, `superset: dashboard "deliveries": row 2: height 0`,
			inPage(func(d *superset.Dashboard) { d.Rows[1].Height = 0 })},
		"a wide row": {superset.RuleRowWidth, `superset: dashboard "deliveries": row 3: cells are wider than 12 columns`,
			inPage(func(d *superset.Dashboard) { d.Rows[2].Cells[0].Width = 12 })},
		"widths that cannot be shared": {superset.RuleRowWidth, `superset: dashboard "deliveries": row 2: 12 columns cannot be shared by 5 cells`,
			inPage(func(d *superset.Dashboard) { d.Rows[1].Cells = slices.Repeat(d.Rows[1].Cells, 5) })},
		"a row without cells": {superset.RuleCell, `superset: dashboard "deliveries": row 2: no cell`,
			inPage(func(d *superset.Dashboard) { d.Rows[1].Cells = nil })},
		"an empty cell": {superset.RuleCell, `superset: dashboard "deliveries": row 2: cell 1: holds 0 things`,
			inPage(func(d *superset.Dashboard) { d.Rows[1].Cells[0].Text = "" })},
		"a cell with chart and text": {superset.RuleCell, `superset: dashboard "deliveries": row 3: cell 1: holds 2 things`,
			inPage(func(d *superset.Dashboard) { d.Rows[2].Cells[0].Text = "x" })},
		"a negative width": {superset.RuleCell, `superset: dashboard "deliveries": row 3: cell 1: negative size`,
			inPage(func(d *superset.Dashboard) { d.Rows[2].Cells[0].Width = -7 })},
		"a stack in a stack": {superset.RuleCell, `superset: dashboard "deliveries": row 1: cell 1: part 1: a stack in a stack`,
			inPage(func(d *superset.Dashboard) {
				part := &d.Rows[0].Cells[0].Stack[0]
				part.Stack, part.Chart = []superset.Cell{{Chart: part.Chart}}, nil
			})},
		"a stack higher than its row": {superset.RuleStackHeight, `superset: dashboard "deliveries": row 1: cell 1: parts and gaps are 71 units high in a row of 70`,
			inPage(func(d *superset.Dashboard) { d.Rows[0].Cells[0].Stack[1].Height = 41 })},
		"a stack that leaves no room": {superset.RuleStackHeight, `superset: dashboard "deliveries": row 1: cell 1: 2 units cannot be shared by 1 parts`,
			inPage(func(d *superset.Dashboard) { d.Rows[0].Cells[0].Stack[0].Height = 66 })},

		"a dataset with schema": {superset.RuleDatasetName, `superset: dataset "api.users": "api.users" is no name of a table`,
			inDataset(func(d *superset.Dataset) { d.Name = "api.users" })},
		"one name, two datasets": {superset.RuleDatasetTwice, `superset: dashboard "deliveries": chart "fleet": dataset "v_deliveries" differs from another one of that name`,
			inPage(func(d *superset.Dashboard) {
				other := deliveries()
				other.Description = "else"
				d.Rows[3].Cells[0].Chart = superset.Total{Slug: "fleet", Title: "T", Dataset: other, Value: "deliveries"}
			})},
		"no time column": {superset.RuleDatasetTime, `superset: dataset "v_deliveries": no time column "created"`,
			inDataset(func(d *superset.Dataset) { d.Time = "created" })},
		"a time column of text": {superset.RuleDatasetTime, `superset: dataset "v_deliveries": time column "depot" is not of type Time`,
			inDataset(func(d *superset.Dataset) { d.Time = "depot" })},
		"a column in upper case": {superset.RuleColumnName, `superset: dataset "v_deliveries": column "Id": "Id" is no name for a column`,
			inDataset(func(d *superset.Dataset) { d.Columns[0].Name = "Id" })},
		"a column of unknown type": {superset.RuleColumnType, `superset: dataset "v_deliveries": column "id": "uuid" is no type`,
			inDataset(func(d *superset.Dataset) { d.Columns[0].Type = "uuid" })},
		"a metric with spaces": {superset.RuleMetricName, `superset: dataset "v_deliveries": metric "mean delay": "mean delay" is no name for a metric`,
			inDataset(func(d *superset.Dataset) { d.Metrics[2].Name = "mean delay" })},
		"a metric without expression": {superset.RuleMetricSQL, `superset: dataset "v_deliveries": metric "mean_delay": no expression`,
			inDataset(func(d *superset.Dataset) { d.Metrics[2].Expression = " " })},
		"two columns of one name": {superset.RuleDuplicateName, `superset: dataset "v_deliveries": column "week": name is used twice`,
			inDataset(func(d *superset.Dataset) { d.Columns[0].Name = "week" })},
		"a metric named like a column": {superset.RuleDuplicateName, `superset: dataset "v_deliveries": metric "delay": name is used twice`,
			inDataset(func(d *superset.Dataset) { d.Metrics[2].Name = "delay" })},
		"two metrics of one label": {superset.RuleDuplicateLabel, `superset: dataset "v_deliveries": metric "mean_delay": label "On time" is that of another metric`,
			inDataset(func(d *superset.Dataset) { d.Metrics[2].Label = "On time" })},

		"a misspelt column": {superset.RuleUnknownColumn, `superset: dashboard "page": chart "t": no column "dpot" in v_deliveries`,
			inChart(superset.Table{Slug: "t", Title: "T", Dataset: deliveries(), By: []string{"dpot"}, Values: []superset.TableValue{{Metric: "deliveries"}}})},
		"a misspelt metric": {superset.RuleUnknownMetric, `superset: dashboard "page": chart "t": no metric "delivries" in v_deliveries`,
			inChart(superset.Total{Slug: "t", Title: "T", Dataset: deliveries(), Value: "delivries"})},
		"a misspelt metric to sort by": {superset.RuleUnknownMetric, `superset: dashboard "page": chart "t": no metric "size" in v_deliveries`,
			inChart(superset.Table{Slug: "t", Title: "T", Dataset: deliveries(), By: []string{"depot"}, Values: []superset.TableValue{{Metric: "deliveries"}}, SortBy: "size"})},
		"a filter on a misspelt column": {superset.RuleUnknownColumn, `superset: dashboard "deliveries": filter "dpot": no column "dpot" in v_deliveries`,
			inPage(func(d *superset.Dashboard) { d.Filters[1] = superset.Select{Dataset: deliveries(), Column: "dpot"} })},
		"a filter that offers by a misspelt column": {superset.RuleUnknownColumn, `superset: dashboard "deliveries": filter "Depot": no column "cuase" in v_deliveries`,
			inPage(func(d *superset.Dashboard) {
				d.Filters[1] = superset.Select{Dataset: deliveries(), Column: "depot", Where: []superset.Condition{superset.NotNull("cuase")}}
			})},
		"a metric shown twice": {superset.RuleDuplicateLabel, `superset: dashboard "page": chart "t": "deliveries" is shown twice`,
			inChart(table(superset.TableValue{Metric: "deliveries"}, superset.TableValue{Metric: "deliveries"}))},
		"a trend over text": {superset.RuleAxis, `superset: dashboard "page": chart "b": the axis "depot" holds no times`,
			inChart(superset.BigNumber{Slug: "b", Title: "B", Dataset: deliveries(), Value: "deliveries", Trend: superset.Axis{Column: "depot"}})},
		"a heatmap over numbers": {superset.RuleAxis, `superset: dashboard "page": chart "h": version 4.1 shows 0 of the numeric column "delay" as NULL`,
			inChart(superset.Heatmap{Slug: "h", Title: "H", Dataset: deliveries(), X: superset.Axis{Column: "delay"}, Y: "depot", Value: "deliveries"})},
		"a week as grain": {superset.RuleGrain, `superset: dashboard "page": chart "b": grain "P1W" is not the same everywhere`,
			inChart(superset.BigNumber{Slug: "b", Title: "B", Dataset: deliveries(), Value: "deliveries", Trend: superset.Axis{Column: "timestamp", Grain: "P1W"}})},
		"a grain on text": {superset.RuleGrain, `superset: dashboard "page": chart "l": a grain on "depot", which holds no times`,
			inChart(superset.BarLine{Slug: "l", Title: "L", Dataset: deliveries(), X: superset.Axis{Column: "depot", Grain: superset.Day}, Bars: "deliveries", Line: "on_time"})},

		"a condition on nothing": {superset.RuleCondition, `superset: dashboard "page": chart "t": a condition is on a column or a metric`,
			where(superset.Condition{Operator: superset.OpEqual, Value: 1})},
		"a text column compared with a number": {superset.RuleCondition, `superset: dashboard "page": chart "t": column "depot" holds text, not 7`,
			where(superset.Is("depot", 7))},
		"a numeric column compared with text": {superset.RuleCondition, `superset: dashboard "page": chart "t": column "delay" holds numbers, not late`,
			where(superset.IsNot("delay", "late"))},
		"a time column compared": {superset.RuleCondition, `superset: dashboard "page": chart "t": column "week" holds times`,
			where(superset.Is("week", "2026-01-05"))},
		"one of nothing": {superset.RuleCondition, `superset: dashboard "page": chart "t": OneOf takes a text column and its values, not "depot" and []`,
			where(superset.OneOf("depot"))},
		"NULL with a value": {superset.RuleCondition, `superset: dashboard "page": chart "t": IS NULL takes no value`,
			where(superset.Condition{Column: "depot", Operator: superset.OpNull, Value: "x"})},
		"an operator of metrics on a column": {superset.RuleCondition, `superset: dashboard "page": chart "t": no operator ">=" for a column`,
			where(superset.Condition{Column: "delay", Operator: superset.OpAtLeast, Value: 1})},
		"a metric compared with infinity": {superset.RuleCondition, `superset: dashboard "page": chart "t": metric "deliveries" takes a number that it must reach`,
			where(superset.AtLeast("deliveries", math.Inf(1)))},

		"a scale upside down": {superset.RuleRange, `superset: dashboard "page": chart "h": Range runs from 1 to 0`,
			inChart(superset.Heatmap{Slug: "h", Title: "H", Dataset: deliveries(), X: superset.Axis{Column: "week"}, Y: "depot", Value: "deliveries", Range: superset.Between(1, 0)})},
		"a scale without number": {superset.RuleRange, `superset: dashboard "page": chart "l": an end of LineRange is not a number`,
			inChart(superset.BarLine{Slug: "l", Title: "L", Dataset: deliveries(), X: superset.Axis{Column: "week"}, Bars: "deliveries", Line: "on_time", LineRange: superset.From(math.NaN())})},
		"a comparison with the future": {superset.RuleRange, `superset: dashboard "page": chart "b": Compare is negative`,
			inChart(superset.BigNumber{Slug: "b", Title: "B", Dataset: deliveries(), Value: "deliveries", Trend: superset.Axis{Column: "week"}, Compare: -1})},
		"a tint for everything": {superset.RuleRange, `superset: dashboard "page": chart "t": a tint of "deliveries" is for every value`,
			inChart(table(superset.TableValue{Metric: "deliveries", Tints: []superset.Tint{{Color: superset.GoodTint}}}))},
		"a negative limit": {superset.RuleLimit, `superset: dashboard "page": chart "t": negative limit`,
			inChart(superset.Table{Slug: "t", Title: "T", Dataset: deliveries(), By: []string{"depot"}, Values: []superset.TableValue{{Metric: "deliveries"}}, Limit: -1})},
		"a target outside the dial": {superset.RuleGauge, `superset: dashboard "page": chart "g": Target 90 is not between 0 and 1`,
			inChart(func() superset.Chart { g := gauge; g.Target = 90; return g }())},
		"a list of nothing": {
			superset.RuleTable, `superset: dashboard "page": chart "l": no column`,
			inChart(superset.List{Slug: "l", Title: "L", Dataset: deliveries()}),
		},
		"a list in misspelt order": {
			superset.RuleUnknownColumn, `superset: dashboard "page": chart "l": no column "dlay" in v_deliveries`,
			inChart(superset.List{
				Slug: "l", Title: "L", Dataset: deliveries(), Columns: []superset.ListColumn{{Column: "id"}},
				OrderBy: []superset.Order{{By: "dlay"}},
			}),
		},
		"lines of nothing": {
			superset.RuleUnknownMetric, `superset: dashboard "page": chart "l": no value`,
			inChart(superset.Line{Slug: "l", Title: "L", Dataset: deliveries(), X: superset.Axis{Column: "week"}}),
		},
		"a negative number of series": {
			superset.RuleLimit, `superset: dashboard "page": chart "a": negative number of series or points`,
			inChart(superset.Area{Slug: "a", Title: "A", Dataset: deliveries(), X: superset.Axis{Column: "week"}, Values: []string{"on_time"}, Top: -1}),
		},
		"a target without end": {
			superset.RuleTarget, `superset: dashboard "page": chart "l": the target "T" at +Inf cannot be drawn`,
			inChart(superset.Line{
				Slug: "l", Title: "L", Dataset: deliveries(), X: superset.Axis{Column: "week"}, Values: []string{"on_time"},
				Target: superset.Target{Label: "T", Value: math.Inf(1)},
			}),
		},
		"a target over a labelled axis": {
			superset.RuleTarget, `superset: dashboard "page": chart "l": before version 6 there is no target over "timestamp", which has a label`,
			inChart(superset.Line{
				Slug: "l", Title: "L", Dataset: deliveries(), X: superset.Axis{Column: "timestamp"}, Values: []string{"on_time"},
				Target: superset.Target{Label: "T", Value: 0.9},
			}),
		},
		"a target without label": {
			superset.RuleTarget, `superset: dashboard "page": chart "l": the target "" at 3 cannot be drawn`,
			inChart(superset.BarLine{
				Slug: "l", Title: "L", Dataset: deliveries(), X: superset.Axis{Column: "week"}, Bars: "deliveries", Line: "mean_delay",
				Targets: []superset.Target{{Value: 3}},
			}),
		},
		"bars cut apart": {
			superset.RuleLimit, `superset: dashboard "page": chart "b": a limit would cut bars apart`,
			inChart(superset.Bar{
				Slug: "b", Title: "B", Dataset: deliveries(), X: superset.Axis{Column: "depot"}, Values: []string{"deliveries"}, By: "cause", Limit: 5,
			}),
		},
		"a bubble coloured by itself": {
			superset.RuleDuplicateLabel, `superset: dashboard "page": chart "b": "depot" is shown twice`,
			inChart(superset.Bubble{
				Slug: "b", Title: "B", Dataset: deliveries(), Entity: "depot", Series: "depot", X: "deliveries", Y: "on_time", Size: "mean_delay",
			}),
		},
		"a table of nothing": {superset.RuleTable, `superset: dashboard "page": chart "t": no value`,
			inChart(table())},
		"bars everywhere": {superset.RuleTable, `superset: dashboard "page": chart "t": bars on 2 columns`,
			inChart(table(superset.TableValue{Metric: "deliveries", Bars: true}, superset.TableValue{Metric: "on_time", Bars: true}))},
		"bars over tints": {superset.RuleTable, `superset: dashboard "page": chart "t": "on_time" has bars, which hide its tints`,
			inChart(table(superset.TableValue{Metric: "on_time", Bars: true, Tints: []superset.Tint{{Range: superset.From(1), Color: superset.GoodTint}}}))},
		"a colour by name": {superset.RuleColor, `superset: dashboard "deliveries": the colour of "North" is "red"`,
			inPage(func(d *superset.Dashboard) { d.Colors["North"] = "red" })},

		"two filters on one column": {superset.RuleDuplicate, `superset: dashboard "deliveries": filter "Depot": another filter is on the same column`,
			inPage(func(d *superset.Dashboard) { d.Filters = append(d.Filters, d.Filters[1]) })},
		"no filter as default": {superset.RuleFilterDefault, `superset: dashboard "deliveries": filter "Time range": "No filter" as a default lights the Apply button`,
			inPage(func(d *superset.Dashboard) { d.Filters[0] = superset.TimeRange{Default: "No filter"} })},
		"an exclusion that is not there": {superset.RuleFilterExclude, `superset: dashboard "deliveries": filter "Time range": no chart "flet" on the page`,
			inPage(func(d *superset.Dashboard) { d.Filters[0] = superset.TimeRange{Exclude: []string{"flet"}} })},
		"a chart out of reach": {superset.RuleFilterReach, `superset: dashboard "deliveries": filter "Depot": chart "fleet" would stay unfiltered: no column "depot" in v_fleet`,
			inPage(func(d *superset.Dashboard) {
				fleet := deliveries()
				fleet.Name = "v_fleet"
				fleet.Columns = slices.DeleteFunc(fleet.Columns, func(c superset.Column) bool { return c.Name == "depot" })
				d.Rows[3].Cells[0].Chart = superset.Total{Slug: "fleet", Title: "T", Dataset: fleet, Value: "deliveries"}
			})},

		"a control character": {superset.RuleText, `superset: dashboard "page": chart "t": title: control character U+0007`,
			inChart(superset.Total{Slug: "t", Title: "ring\a", Dataset: deliveries(), Value: "deliveries"})},
		"a template in SQL": {superset.RuleTemplate, `superset: dataset "v_deliveries": metrics.3.expression: {{ starts a template of Superset`,
			inDataset(func(d *superset.Dataset) { d.Metrics[2].Expression = "AVG({{ x }})" })},
		"a template in a condition": {superset.RuleTemplate, `superset: dashboard "page": chart "t": where.1: {% starts a template of Superset`,
			where(superset.Is("depot", "{% if x %}"))},
		"a value that JSON lacks": {superset.RuleValue, `superset: dashboard "page": chart "c": params.size: NaN`,
			inChart(custom{superset.Params{"size": math.NaN()}})},
		"a type that YAML lacks": {superset.RuleValue, `superset: dashboard "page": chart "c": params.size: a struct {}`,
			inChart(custom{superset.Params{"size": struct{}{}}})},
	}
}

// custom is a type of chart that the package does not have.
type custom struct{ params superset.Params }

func (custom) About() superset.About {
	return superset.About{Slug: "c", Title: "C", Dataset: deliveries()}
}
func (custom) Type() string              { return "pie" }
func (c custom) Params() superset.Params { return c.params }
func (custom) Queries() []superset.Query {
	return []superset.Query{{Columns: []string{"depot"}, Metrics: []string{"deliveries"}}}
}

func TestCheckNamesEachMistake(t *testing.T) {
	t.Parallel()

	for name, m := range mistakes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := bundle(t, sqliteURI)
			m.makes(&b)
			err := b.Check()
			require.Error(t, err)
			var first superset.Problem
			require.ErrorAs(t, err, &first)
			problems := b.Problems()
			i := slices.IndexFunc(problems, func(p superset.Problem) bool { return p.Error() == m.want })
			require.GreaterOrEqual(t, i, 0, "%v", err)
			assert.Equal(t, m.rule, problems[i].Rule)
			assert.NotEmpty(t, problems[i].Fix)
			_, err = b.Files()
			assert.Error(t, err, "written in spite of the mistake")
		})
	}
}

func TestEveryRuleIsReached(t *testing.T) {
	t.Parallel()

	reached := map[string]bool{}
	for _, m := range mistakes() {
		reached[string(m.rule)] = true
	}
	source, err := os.ReadFile("problem.go")
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, constant := range regexp.MustCompile(`Rule = "([a-z-]+)"`).FindAllSubmatch(source, -1) {
		rule := string(constant[1])
		assert.True(t, reached[rule], "no test for %s", rule)
		assert.False(t, seen[rule], "%s twice", rule)
		seen[rule] = true
	}
	assert.Len(t, seen, len(reached))
}

func TestCheckReportsAllMistakesTogether(t *testing.T) {
	t.Parallel()

	b := bundle(t, sqliteURI)
	b.DatabaseName = "a b"
	b.Dashboards[0].Title = ""
	b.Dashboards[0].Rows[1].Height = 500
	joined, ok := b.Check().(interface{ Unwrap() []error })
	require.True(t, ok)
	assert.Len(t, joined.Unwrap(), 3)

	assert.NoError(t, bundle(t, sqliteURI).Check())
	assert.NoError(t, errors.Join(bundle(t, postgresURI).Check()))
}
