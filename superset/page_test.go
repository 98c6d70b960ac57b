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
			{Name: "week", Label: "Week", Type: superset.Time, Description: "Monday of the week"},
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
		Dashboards: []superset.Dashboard{page()},
	}
}
