package superset_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/superset"
)

// deliveries is a dataset of the kind that a user would describe.
func deliveries() superset.Dataset {
	return superset.Dataset{
		Name:        "v_deliveries",
		Description: "One row per delivery.",
		Time:        "timestamp",
		Columns: []superset.Column{
			{Name: "id", Type: superset.Integer},
			{Name: "timestamp", Label: "Time", Type: superset.Time},
			{Name: "week", Type: superset.Time, Description: "Monday of the week"},
			{Name: "depot", Label: "Depot", Type: superset.Text},
			{Name: "cause", Label: "Cause of delay", Type: superset.Text},
			{Name: "stops", Label: "Stops", Type: superset.Text},
			{Name: "delay", Label: "Delay", Type: superset.Float},
		},
		Metrics: []superset.Metric{
			{Name: "deliveries", Label: "Deliveries", Expression: "COUNT(*)", Format: superset.Count},
			{
				Name: "on_time", Label: "On time", Format: superset.Percent1,
				Expression:  "AVG(CASE WHEN delay <= 0 THEN 1.0 ELSE 0.0 END)",
				Description: "Share of deliveries without delay.",
				Warning:     "Below 30 deliveries the share says little.",
			},
			{Name: "mean_delay", Label: "Mean delay", Expression: "AVG(delay)", Format: superset.Decimal1},
		},
	}
}

// page has each kind of cell, filter and condition once.
func page() superset.Dashboard {
	return superset.Dashboard{
		Slug:        "deliveries",
		Title:       "Deliveries",
		Intro:       "### Do deliveries arrive on time?\nTarget: **on time ≥ 90 %**.",
		CertifiedBy: "Logistics",
		Rows: []superset.Row{
			{Height: 70, Cells: []superset.Cell{
				{Width: 4, Stack: []superset.Cell{{Height: 28, Chart: onTime()}, {Chart: onTimeGauge()}}},
				{Width: 8, Chart: volume()},
			}},
			{Height: 6, Cells: []superset.Cell{{Text: "#### Where does it go wrong?"}}},
			{Height: 48, Cells: []superset.Cell{
				{Width: 7, Chart: byStops()},
				{Chart: causes()},
			}},
			{Height: 20, Cells: []superset.Cell{{Width: 3, Chart: fleet()}}},
		},
		Filters: []superset.Filter{
			superset.TimeRange{Default: superset.LastQuarter, Exclude: []string{"fleet"}},
			superset.Select{Dataset: deliveries(), Column: "depot", Multi: true},
		},
		Colors: superset.Colors{
			"deliveries": superset.Light,
			"Mean delay": superset.Main,
			"North":      superset.Violet,
		},
	}
}

func onTime() superset.Chart {
	return superset.BigNumber{
		Slug:        "on-time",
		Title:       "On time",
		Description: "What share of the latest week's deliveries was on time?",
		Dataset:     deliveries(),
		Value:       "on_time",
		Trend:       superset.Axis{Column: "week"},
		Compare:     1,
		Against:     "vs previous week",
		Note:        "Target ≥ 90%",
		Color:       superset.Good,
	}
}

func onTimeGauge() superset.Chart {
	return superset.Gauge{
		Slug: "on-time-gauge", Title: "On time in the period", Dataset: deliveries(),
		Value: "on_time", Warn: 0.8, Target: 0.9, Format: superset.Percent0,
	}
}

func volume() superset.Chart {
	return superset.BarLine{
		Slug: "volume", Title: "Volume and delay", Dataset: deliveries(),
		X:    superset.Axis{Column: "week"},
		Bars: "deliveries", Line: "mean_delay",
		TwoAxes: true, LineRange: superset.Between(0, 60),
	}
}

func byStops() superset.Chart {
	return superset.Heatmap{
		Slug: "by-stops", Title: "On time by number of stops", Dataset: deliveries(),
		X: superset.Axis{Column: "week"}, Y: "stops", Value: "on_time", Format: superset.Percent0,
		Scheme: superset.Diverging, Range: superset.Between(0.3, 1),
	}
}

func causes() superset.Chart {
	return superset.Table{
		Slug: "causes", Title: "Causes", Dataset: deliveries(),
		Where: []superset.Condition{superset.NotNull("cause"), superset.AtLeast("deliveries", 5)},
		By:    []string{"cause"},
		Values: []superset.TableValue{
			{Metric: "deliveries", Bars: true},
			{Metric: "mean_delay", Tints: []superset.Tint{{Range: superset.From(30), Color: superset.BadTint}}},
			{Metric: "deliveries", Share: true, Label: "Share"},
		},
	}
}

func fleet() superset.Chart {
	return superset.Total{
		Slug: "fleet", Title: "Deliveries ever", Dataset: deliveries(), Value: "deliveries", Note: "since the beginning",
		Where: []superset.Condition{superset.OneOf("depot", "North", "South"), superset.IsNot("cause", "test")},
	}
}

// depots has the other types of chart.
func depots() superset.Dashboard {
	d := deliveries()
	week := superset.Axis{Column: "week"}
	return superset.Dashboard{
		Slug:  "depots",
		Title: "Depots",
		Rows: []superset.Row{
			{Height: 50, Cells: []superset.Cell{
				{Chart: superset.Line{
					Slug: "per-day", Title: "Deliveries per day (7-day average)", Dataset: d,
					X: superset.Axis{Column: "timestamp", Grain: superset.Day}, Values: []string{"deliveries"}, By: "depot", Average: 7,
				}},
				{Chart: superset.Area{
					Slug: "punctual-depots", Title: "The five largest depots", Dataset: d,
					X: week, Values: []string{"on_time"}, By: "depot", Top: 5, TopBy: "deliveries",
					Format: superset.Percent0, Range: superset.Between(0.4, 1), Target: superset.Target{Label: "Target 90 %", Value: 0.9},
				}},
			}},
			{Height: 50, Cells: []superset.Cell{
				{Chart: superset.Area{
					Slug: "stacked", Title: "Deliveries and delay", Dataset: d,
					X: week, Values: []string{"deliveries", "mean_delay"}, Stacked: true,
				}},
				{Chart: superset.Bar{
					Slug: "top-depots", Title: "Top ten depots", Dataset: d, Where: []superset.Condition{superset.AtLeast("deliveries", 10)},
					X: superset.Axis{Column: "depot"}, Values: []string{"on_time"}, Horizontal: true, Limit: 10, Numbers: true, Format: superset.Percent0,
				}},
				{Chart: superset.Bar{
					Slug: "causes-per-week", Title: "Causes per week", Dataset: d,
					X: week, Values: []string{"deliveries"}, By: "cause", Stacked: true,
				}},
			}},
			{Height: 50, Cells: []superset.Cell{
				{Chart: superset.BoxPlot{
					Slug: "spread", Title: "Spread of delay", Dataset: d, Where: []superset.Condition{superset.NotNull("delay")},
					Value: "mean_delay", Over: "id", By: "depot",
				}},
				{Chart: superset.ScatterLine{
					Slug: "expected", Title: "Delay by number of stops", Dataset: d,
					X: superset.Axis{Column: "stops"}, Points: "on_time", Line: "mean_delay", XTitle: "Stops", YTitle: "Minutes",
				}},
				{Chart: superset.Treemap{
					Slug: "shares", Title: "Causes by depot", Dataset: d, By: []string{"depot", "cause"}, Value: "deliveries",
				}},
			}},
			{Height: 64, Cells: []superset.Cell{
				{Chart: superset.Sankey{
					Slug: "flows", Title: "From depot to cause", Dataset: d, Source: "depot", Target: "cause", Value: "deliveries",
				}},
				{Chart: superset.Bubble{
					Slug: "bubbles", Title: "Size and delay", Dataset: d,
					Entity: "cause", Series: "depot", X: "deliveries", Y: "mean_delay", Size: "on_time", LogX: true,
				}},
			}},
			{Height: 40, Cells: []superset.Cell{
				{Chart: superset.List{
					Slug: "latest", Title: "Latest deliveries", Dataset: d,
					Where: []superset.Condition{superset.Is("depot", "North"), superset.IsNull("cause")},
					Columns: []superset.ListColumn{
						{Column: "timestamp"},
						{Column: "stops", Center: true},
						{Column: "delay", Format: superset.Decimal1, Tints: []superset.Tint{{Range: superset.Between(10, 30), Color: superset.WarnTint}}},
					},
					OrderBy: []superset.Order{{By: "timestamp", Descending: true}},
				}},
			}},
		},
		Filters: []superset.Filter{superset.TimeRange{}},
	}
}

// database is the connection of the examples.
func database(tb testing.TB, uri string) superset.Database {
	tb.Helper()
	db, err := superset.ParseDatabase(uri)
	require.NoError(tb, err)
	return db
}

// bundle is a bundle with the page in it.
func bundle(tb testing.TB, uri string) superset.Bundle {
	tb.Helper()
	return superset.Bundle{
		Project:    "logistics",
		Database:   database(tb, uri),
		Dashboards: []superset.Dashboard{page(), depots()},
	}
}
