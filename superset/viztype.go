package superset

import "slices"

// vizTypes are the types of charts that a Superset of that version and all
// newer ones draw out of the box.
var vizTypes = map[Version][]string{
	Version41: {
		"big_number", "big_number_total", "box_plot", "bubble_v2", "bullet", "cal_heatmap", "chord", "compare",
		"country_map", "deck_arc", "deck_contour", "deck_geojson", "deck_grid", "deck_heatmap", "deck_hex",
		"deck_multi", "deck_path", "deck_polygon", "deck_scatter", "deck_screengrid", "echarts_area",
		"echarts_timeseries", "echarts_timeseries_bar", "echarts_timeseries_line", "echarts_timeseries_scatter",
		"echarts_timeseries_smooth", "echarts_timeseries_step", "funnel", "gauge_chart", "graph_chart",
		"heatmap_v2", "histogram_v2", "horizon", "mapbox", "mixed_timeseries", "paired_ttest", "para",
		"partition", "pie", "pivot_table_v2", "radar", "rose", "sankey_v2", "sunburst_v2", "table", "time_pivot",
		"time_table", "tree_chart", "treemap_v2", "waterfall", "word_cloud", "world_map",
	},
	Version50: {"cartodiagram"},
	Version61: {"gantt_chart"},
}

// successors are types that Superset once had, or that other programs write,
// and what does the same today; empty where nothing does.
var successors = map[string]string{
	"area": "echarts_area", "bar": "echarts_timeseries_bar", "bubble": "bubble_v2", "dist_bar": "echarts_timeseries_bar",
	"dual_line": "mixed_timeseries", "event_flow": "", "filter_box": "", "heatmap": "heatmap_v2",
	"histogram": "histogram_v2", "line": "echarts_timeseries_line", "line_multi": "mixed_timeseries",
	"pivot_table": "pivot_table_v2", "sankey": "sankey_v2", "sankey_loop": "sankey_v2",
	"scatter": "bubble_v2 or echarts_timeseries_scatter", "sunburst": "sunburst_v2", "treemap": "treemap_v2",
}

// queryless are types that read their data by themselves, without a stored
// query.
var queryless = []string{
	"bullet", "cal_heatmap", "chord", "compare", "country_map", "deck_arc", "deck_contour", "deck_geojson", "deck_grid",
	"deck_heatmap", "deck_hex", "deck_multi", "deck_path", "deck_polygon", "deck_scatter", "deck_screengrid", "horizon",
	"mapbox", "paired_ttest", "para", "partition", "rose", "time_pivot", "world_map",
}

// checkVizType reports a type that the version cannot draw. The importer takes
// any, and the page then has an error in the place of the chart.
func checkVizType(r report, name string, target Version) {
	if since, ok := sinceVersion(name); ok {
		if !target.has(since) {
			tooNew(r, name, since)
		}
		return
	}
	next, was := successors[name]
	switch {
	case next != "":
		r(RuleVizType, "use "+next, "no version draws %q", name)
	case was:
		r(RuleVizType, "use another type: none does the same", "no version draws %q", name)
	case name == "handlebars":
		r(RuleVizType, "use another type", "handlebars draws nothing unless the server allows pages to evaluate code")
	default:
		r(RuleVizType, "use one that Superset has, such as table", "%q is no type of chart", name)
	}
}

// sinceVersion is the first version that draws the type, and whether one does.
func sinceVersion(name string) (Version, bool) {
	for _, v := range versions {
		if slices.Contains(vizTypes[v], name) {
			return v, true
		}
	}
	return "", false
}

func tooNew(r report, name string, since Version) {
	r(RuleVizType, "use another type, or make the bundle for a newer version", "%s exists from version %s on", name, since)
}
