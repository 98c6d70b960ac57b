package superset_test

import (
	"fmt"
	"os"

	"github.com/doronpers/feedback-loop-go/superset"
)

// A page about orders: a dataset describes a table, charts name its columns and
// metrics, and the bundle is what Superset imports.
func Example() {
	orders := superset.Dataset{
		Name: "orders",
		Time: "placed_at",
		Columns: []superset.Column{
			{Name: "placed_at", Label: "Placed", Type: superset.Time},
			{Name: "country", Label: "Country", Type: superset.Text},
			{Name: "amount", Type: superset.Float},
		},
		Metrics: []superset.Metric{
			{Name: "orders", Label: "Orders", Expression: "COUNT(*)", Format: superset.Count},
			{Name: "revenue", Label: "Revenue", Expression: "SUM(amount)", Format: superset.Decimal2},
		},
	}
	page := superset.Dashboard{
		Slug:  "orders",
		Title: "Orders",
		Rows: []superset.Row{
			{Height: 28, Cells: []superset.Cell{
				{Width: 4, Chart: superset.BigNumber{
					Slug: "orders-today", Title: "Orders a day", Dataset: orders,
					Value: "orders", Trend: superset.Axis{Column: "placed_at"}, FromZero: true,
				}},
				{Chart: superset.Table{
					Slug: "by-country", Title: "Revenue by country", Dataset: orders,
					By:     []string{"country"},
					Values: []superset.TableValue{{Metric: "revenue", Bars: true}, {Metric: "orders"}},
				}},
			}},
		},
		Filters: []superset.Filter{
			superset.TimeRange{Default: superset.LastMonth},
			superset.Select{Dataset: orders, Column: "country", Multi: true},
		},
	}

	db, err := superset.ParseDatabase("postgres://reader:secret@db.example/shop")
	if err != nil {
		panic(err)
	}
	bundle := superset.Bundle{Project: "shop", Database: db, Dashboards: []superset.Dashboard{page}}
	files, err := bundle.Files()
	if err != nil {
		panic(err)
	}
	for _, f := range files {
		fmt.Println(f.Path)
	}
	// Output:
	// charts/by-country.yaml
	// charts/orders-today.yaml
	// dashboards/orders.yaml
	// databases/shop.yaml
	// datasets/shop/orders.yaml
	// metadata.yaml
}

// All mistakes are reported at once, each with its place.
func ExampleBundle_Check() {
	audit := superset.Dataset{
		Name:    "audit_logs",
		Time:    "created_at",
		Columns: []superset.Column{{Name: "created_at", Type: superset.Time}, {Name: "action", Type: superset.Text}},
		Metrics: []superset.Metric{{Name: "actions", Expression: "COUNT(*)"}},
	}
	db, err := superset.ParseDatabase("/data/feedback.db")
	if err != nil {
		panic(err)
	}
	bundle := superset.Bundle{Database: db, Dashboards: []superset.Dashboard{{
		Slug: "audit",
		Rows: []superset.Row{{Height: 40, Cells: []superset.Cell{{Chart: superset.Table{
			Slug: "activity", Title: "Activity", Dataset: audit,
			By: []string{"actoin"}, Values: []superset.TableValue{{Metric: "actions"}},
		}}}}},
	}}}
	fmt.Println(bundle.Check())
	for _, p := range bundle.Problems() {
		fmt.Printf("%s: %s\n", p.Rule, p.Fix)
	}
	// Output:
	// superset: dashboard "audit": no title
	// superset: dashboard "audit": chart "activity": no column "actoin" in audit_logs
	// title: write one
	// unknown-column: it has created_at, action
}

// The password is for the push; the bundle has a mask in its place.
func ExampleParseDatabase() {
	db, err := superset.ParseDatabase("postgres://reader:secret@db.example/feedback")
	if err != nil {
		panic(err)
	}
	fmt.Println(db)

	_, err = superset.ParseDatabase("postgres://reader:secret%@db.example/feedback")
	fmt.Println(err)
	// Output:
	// postgresql+psycopg2://reader:XXXXXXXXXX@db.example/feedback
	// superset: database URI: want sqlite:///PATH, a path, or postgresql://USER@HOST/DATABASE
}

// A bundle goes to a writer as a ZIP, or to a folder for version control.
func ExampleBundle_WriteZip() {
	db, err := superset.ParseDatabase("/data/logistics.db")
	if err != nil {
		panic(err)
	}
	bundle := superset.Bundle{Project: "logistics", Database: db, Dashboards: []superset.Dashboard{page()}}
	file, err := os.CreateTemp("", "*.zip")
	if err != nil {
		panic(err)
	}
	defer os.Remove(file.Name())
	if err := bundle.WriteZip(file); err != nil {
		panic(err)
	}
	fmt.Println(file.Close())
	// Output: <nil>
}

// Superset would import this chart, and show an error in its place.
func ExampleLintDocument() {
	chart := []byte(`
slice_name: Orders by country
viz_type: dist_bar
params: {metrics: [orders], adhoc_filters: []}
dataset_uuid: 5a4b0c1e-5ad8-4b5e-9d5e-2f4b8f0d7c11
uuid: 0c3f5a52-7a3c-4f0e-8f43-6d0a5c8a9b10
version: 1.0.0
`)
	for _, p := range superset.LintDocument("charts/orders.yaml", chart, superset.LintOptions{}) {
		fmt.Printf("%s: %s\n\t%s\n", p.Path, p.Message, p.Fix)
	}
	// Output:
	// orders.yaml: viz_type: no version draws "dist_bar"
	// 	use echarts_timeseries_bar
	// orders.yaml: params.adhoc_filters: a time filter of the page does nothing here
	// 	add a filter with operator TEMPORAL_RANGE and comparator "No filter"
}
