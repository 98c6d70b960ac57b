package superset

import (
	"fmt"
	"slices"
)

// Dashboard is one page.
type Dashboard struct {
	Slug        string // identity of the page and the end of its address
	Title       string
	Description string
	Intro       string // Markdown at the top: what the page is about, its targets
	Rows        []Row
	Filters     []Filter // in the bar above the page
	Colors      Colors
	CertifiedBy string // shows a badge beside the title
}

// Colors gives series their colours. A key is a value of a column, or the name
// or label of a metric; what has no key gets a colour that may differ between
// charts and versions.
type Colors map[string]Color

// Row is a strip of the page, 12 columns wide. Its height is in units of 8
// pixels, from 5 to 100.
type Row struct {
	Height int
	Cells  []Cell
}

// Cell is one place in a row. It holds a chart, a text or a stack of cells one
// below the other, exactly one of these.
type Cell struct {
	Width  int // columns; cells without share what is left evenly
	Height int // in a stack; cells without share what is left evenly
	Chart  Chart
	Text   string // Markdown
	Stack  []Cell
}

// For returns the page as that version of Superset draws it: with what stands in
// for the charts that it does not have.
func (d Dashboard) For(v Version) Dashboard {
	d.Rows = slices.Clone(d.Rows)
	for i := range d.Rows {
		d.Rows[i].Cells = cellsFor(v, d.Rows[i].Cells)
	}
	return d
}

func cellsFor(v Version, cells []Cell) []Cell {
	cells = slices.Clone(cells)
	for i, c := range cells {
		if g, ok := c.Chart.(Gantt); ok && g.Before6 != nil && !v.has(Version61) {
			cells[i].Chart = g.Before6
		}
		cells[i].Stack = cellsFor(v, c.Stack)
	}
	return cells
}

// Charts returns the charts of the page in reading order.
func (d Dashboard) Charts() []Chart {
	var charts []Chart
	for _, row := range d.Rows {
		for _, cell := range row.Cells {
			charts = append(charts, cell.charts()...)
		}
	}
	return charts
}

func (c Cell) charts() []Chart {
	var charts []Chart
	if c.Chart != nil {
		charts = append(charts, c.Chart)
	}
	for _, part := range c.Stack {
		charts = append(charts, part.charts()...)
	}
	return charts
}

// use is a dataset together with the chart or filter that names it.
type use struct {
	dataset Dataset
	by      string
}

// uses are the datasets that the page names.
func (d Dashboard) uses() []use {
	var uses []use
	for _, c := range d.Charts() {
		about := c.About()
		uses = append(uses, use{about.Dataset, fmt.Sprintf("chart %q", about.Slug)})
	}
	for _, f := range d.Filters {
		if s, ok := f.(Select); ok {
			uses = append(uses, use{s.Dataset, fmt.Sprintf("filter %q", s.title())})
		}
	}
	return uses
}
