package superset

import (
	"fmt"
	"strings"
)

const (
	gridColumns = 12
	gutter      = 2 // units between two cells of a stack
)

// layout builds the tree of a page that Superset calls its position. The ids
// come from the slugs of the charts, so moving one row changes nothing else.
type layout struct {
	project string
	nodes   Params
	texts   int
}

// position is the layout of the page.
func (d Dashboard) position(project string) Params {
	l := layout{project: project, nodes: Params{
		"DASHBOARD_VERSION_KEY": "v2",
		"ROOT_ID":               Params{"type": "ROOT", "id": "ROOT_ID", "children": []string{"GRID_ID"}},
		"HEADER_ID":             Params{"type": "HEADER", "id": "HEADER_ID", "meta": Params{"text": d.Title}},
	}}
	grid := []string{}
	for _, row := range d.rows() {
		grid = append(grid, l.row(row))
	}
	l.nodes["GRID_ID"] = Params{
		"type": "GRID", "id": "GRID_ID", "children": grid, "parents": []string{"ROOT_ID"},
	}
	return l.nodes
}

// rows are the rows of the page with the intro as the first one.
func (d Dashboard) rows() []Row {
	if d.Intro == "" {
		return d.Rows
	}
	// A heading takes 6 units, each paragraph after it 4.
	height := 2
	for line := range strings.Lines(d.Intro) {
		if strings.TrimSpace(line) != "" {
			height += 4
		}
	}
	intro := Row{Height: max(height, 6), Cells: []Cell{{Text: d.Intro}}}
	return append([]Row{intro}, d.Rows...)
}

// row adds a row and what it holds, and returns its id.
func (l *layout) row(r Row) string {
	widths := shares(gridColumns, r.Cells, func(c Cell) int { return c.Width })
	id := "ROW-" + l.key(r.Cells)
	parents := []string{"ROOT_ID", "GRID_ID", id}
	children := []string{}
	for i, c := range r.Cells {
		children = append(children, l.cell(c, widths[i], r.Height, parents))
	}
	l.nodes[id] = Params{
		"type": "ROW", "id": id, "children": children, "parents": parents[:2],
		"meta": Params{"background": "BACKGROUND_TRANSPARENT"},
	}
	return id
}

// cell adds a cell and returns its id.
func (l *layout) cell(c Cell, width, height int, parents []string) string {
	switch {
	case c.Chart != nil:
		return l.chart(c.Chart, width, height, parents)
	case c.Text != "":
		return l.text(c.Text, width, height, parents)
	}
	id := "COLUMN-" + l.key(c.Stack)
	heights := shares(height-gutter*(len(c.Stack)-1), c.Stack, func(c Cell) int { return c.Height })
	children := []string{}
	for i, part := range c.Stack {
		children = append(children, l.cell(part, width, heights[i], append(parents[:3:3], id)))
	}
	l.nodes[id] = Params{
		"type": "COLUMN", "id": id, "children": children, "parents": parents,
		"meta": Params{"width": width, "background": "BACKGROUND_TRANSPARENT"},
	}
	return id
}

func (l *layout) chart(c Chart, width, height int, parents []string) string {
	about := c.About()
	id := "CHART-" + about.Slug
	l.nodes[id] = Params{
		"type": "CHART", "id": id, "children": []string{}, "parents": parents,
		"meta": Params{
			"chartId":   localID(l.project, about.Slug),
			"uuid":      chartUUID(l.project, about.Slug),
			"sliceName": about.Title,
			"width":     width,
			"height":    height,
		},
	}
	return id
}

func (l *layout) text(markdown string, width, height int, parents []string) string {
	id := fmt.Sprintf("MARKDOWN-%d", l.texts)
	l.texts++
	l.nodes[id] = Params{
		"type": "MARKDOWN", "id": id, "children": []string{}, "parents": parents,
		"meta": Params{"code": markdown, "width": width, "height": height},
	}
	return id
}

// key names a row or stack after the first chart in it, or after its text. A
// slug has no underscore, so the two never meet.
func (l *layout) key(cells []Cell) string {
	for _, c := range cells {
		if charts := c.charts(); len(charts) > 0 {
			return charts[0].About().Slug
		}
	}
	return fmt.Sprintf("text_%d", l.texts)
}

// shares gives each cell its size, and those without one an equal part of what
// the others leave of total.
func shares(total int, cells []Cell, size func(Cell) int) []int {
	sizes := make([]int, len(cells))
	open := 0
	for i, c := range cells {
		sizes[i] = size(c)
		total -= sizes[i]
		if sizes[i] == 0 {
			open++
		}
	}
	for i := range sizes {
		if sizes[i] == 0 {
			sizes[i] = total / open
		}
	}
	return sizes
}
