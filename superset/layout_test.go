package superset_test

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/doronpers/feedback-loop-go/superset"
)

// node is one node of a page's layout as it is in the bundle.
type node struct {
	Type, ID          string
	Children, Parents []string
	Meta              struct {
		Width, Height int
		ChartID       int    `yaml:"chartId"`
		UUID          string `yaml:"uuid"`
		Code          string
	}
}

// position reads the layout of the bundle's first page.
func position(t *testing.T, b superset.Bundle) map[string]node {
	t.Helper()

	files, err := b.Files()
	require.NoError(t, err)
	var page struct{ Position map[string]yaml.Node }
	for _, f := range files {
		if f.Path == "dashboards/"+b.Dashboards[0].Slug+".yaml" {
			require.NoError(t, yaml.Unmarshal(f.Content, &page))
		}
	}
	version := page.Position["DASHBOARD_VERSION_KEY"]
	assert.Equal(t, "v2", version.Value)
	delete(page.Position, "DASHBOARD_VERSION_KEY")
	nodes := map[string]node{}
	for id, raw := range page.Position {
		var n node
		require.NoError(t, raw.Decode(&n))
		require.Equal(t, id, n.ID)
		nodes[id] = n
	}
	return nodes
}

// Whatever page passes the check, its layout is a tree in which every row is at
// most 12 columns wide, stacks are as high as their rows, and every chart
// occurs once.
func TestLayoutIsATreeThatFits(t *testing.T) {
	t.Parallel()

	for seed := range uint64(200) {
		b := bundle(t, sqliteURI)
		b.Dashboards = []superset.Dashboard{randomPage(rand.New(rand.NewPCG(seed, 1)))}
		if b.Check() != nil {
			continue // widths that cannot be shared, mostly
		}
		nodes := position(t, b)
		seen := map[string]int{}
		ids := map[int]bool{}
		var visit func(id string, parents []string)
		visit = func(id string, parents []string) {
			n, ok := nodes[id]
			require.True(t, ok, "seed %d: no node %s", seed, id)
			seen[id]++
			assert.Equal(t, parents, n.Parents, "seed %d: parents of %s", seed, id)
			width, height, highest := 0, 0, 0
			for _, child := range n.Children {
				width += nodes[child].Meta.Width
				height += nodes[child].Meta.Height
				highest = max(highest, nodes[child].Meta.Height)
				visit(child, append(parents[:len(parents):len(parents)], id))
			}
			switch n.Type {
			case "ROW":
				assert.LessOrEqual(t, width, 12, "seed %d: %s", seed, id)
				for _, child := range n.Children {
					if c := nodes[child]; c.Type == "COLUMN" {
						stack := 2 * (len(c.Children) - 1)
						for _, part := range c.Children {
							stack += nodes[part].Meta.Height
							assert.Equal(t, c.Meta.Width, nodes[part].Meta.Width, "seed %d: %s in %s", seed, part, child)
						}
						if highest > 0 {
							assert.Equal(t, highest, stack, "seed %d: %s in %s", seed, child, id)
						}
					}
				}
			case "CHART":
				assert.Positive(t, n.Meta.Width, "seed %d: %s", seed, id)
				assert.GreaterOrEqual(t, n.Meta.Height, 5, "seed %d: %s", seed, id)
				assert.False(t, ids[n.Meta.ChartID], "seed %d: chartId %d twice", seed, n.Meta.ChartID)
				ids[n.Meta.ChartID] = true
			}
		}
		for id, parents := range map[string][]string{"ROOT_ID": nil, "HEADER_ID": nil} {
			visit(id, parents)
		}
		assert.Len(t, ids, len(b.Dashboards[0].Charts()), "seed %d: charts", seed)
		for id := range nodes {
			assert.Equal(t, 1, seen[id], "seed %d: %s is reached", seed, id)
		}
	}
}

// randomPage is a page of texts, charts and stacks in any arrangement.
func randomPage(r *rand.Rand) superset.Dashboard {
	charts := 0
	chart := func() superset.Chart {
		charts++
		return superset.Total{Slug: "c" + strconv.Itoa(charts), Title: "C", Dataset: deliveries(), Value: "deliveries"}
	}
	d := superset.Dashboard{Slug: "page", Title: "Page"}
	if r.IntN(2) == 0 {
		d.Intro = "### Random"
	}
	for range 1 + r.IntN(5) {
		row := superset.Row{Height: 20 + r.IntN(60)}
		left := 12
		for range 1 + r.IntN(4) {
			cell := superset.Cell{Width: r.IntN(left/2 + 1)}
			left -= cell.Width
			switch r.IntN(3) {
			case 0:
				cell.Text = "#### Text"
			case 1:
				cell.Chart = chart()
			case 2:
				cell.Stack = []superset.Cell{{Height: 5 + r.IntN(10), Chart: chart()}, {Chart: chart()}}
			}
			row.Cells = append(row.Cells, cell)
		}
		d.Rows = append(d.Rows, row)
	}
	return d
}

func TestCellsShareWhatIsLeft(t *testing.T) {
	t.Parallel()

	b := bundle(t, sqliteURI)
	chart := func(slug string) superset.Chart {
		return superset.Total{Slug: slug, Title: slug, Dataset: deliveries(), Value: "deliveries"}
	}
	b.Dashboards = []superset.Dashboard{{Slug: "page", Title: "Page", Rows: []superset.Row{
		{Height: 20, Cells: []superset.Cell{{Chart: chart("a")}, {Chart: chart("b")}, {Chart: chart("c")}}},
		{Height: 70, Cells: []superset.Cell{
			{Width: 4, Chart: chart("d")},
			{Stack: []superset.Cell{{Chart: chart("e")}, {Chart: chart("f")}}},
		}},
	}}}
	nodes := position(t, b)
	for id, want := range map[string][2]int{
		"CHART-a": {4, 20}, "CHART-b": {4, 20}, "CHART-c": {4, 20},
		"CHART-d": {4, 70}, "CHART-e": {8, 34}, "CHART-f": {8, 34},
	} {
		assert.Equal(t, want, [2]int{nodes[id].Meta.Width, nodes[id].Meta.Height}, id)
	}
	assert.Equal(t, 8, nodes["COLUMN-e"].Meta.Width)
}
