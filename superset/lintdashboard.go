package superset

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// dashboard checks a page: its layout and what its metadata says.
func (l *linter) dashboard(p part) {
	dashboardSchema.check(p, l.target)
	if slug := p.field("slug").text(); strings.ContainsAny(slug, "/?# ") {
		p.field("slug").report()(RuleSlug, "join lower-case words by -", "%q is no end of an address", slug)
	}
	tree := p.field("position")
	if tree.value == nil {
		tree = l.unpacked(p.field("position_json"))
	}
	metadata := p.field("metadata")
	if metadata.value == nil {
		metadata = l.unpacked(p.field("json_metadata"))
	}
	charts := map[int]About{}
	if !tree.empty() {
		charts = l.position(tree)
	}
	l.pageMetadata(metadata, charts)
}

// unpacked reads what another format has as JSON in a text.
func (l *linter) unpacked(p part) part {
	if p.text() != "" {
		if value, err := decode([]byte(p.text())); err == nil {
			p.value = value
		}
	}
	return p
}

// inside says which nodes a node of the layout may hold.
var inside = map[string][]string{
	"ROOT":   {"GRID", "TABS"},
	"GRID":   {"ROW", "COLUMN", "CHART", "MARKDOWN", "HEADER", "DIVIDER", "TABS", "DYNAMIC"},
	"TABS":   {"TAB"},
	"TAB":    {"ROW", "COLUMN", "CHART", "MARKDOWN", "HEADER", "DIVIDER", "TABS", "DYNAMIC"},
	"ROW":    {"CHART", "MARKDOWN", "COLUMN", "DYNAMIC"},
	"COLUMN": {"CHART", "MARKDOWN", "HEADER", "DIVIDER", "ROW", "TABS", "DYNAMIC"},
}

// position checks the layout, and returns the charts in it by their number.
func (l *linter) position(tree part) map[int]About {
	w := walker{linter: l, tree: tree, seen: map[string]bool{}, charts: map[int]About{}}
	if tree.field("ROOT_ID").empty() {
		tree.report()(RulePosition, "add ROOT_ID with GRID_ID as its child", "no ROOT_ID, from which a page is drawn")
		w.visit("GRID_ID", tree)
	} else {
		w.visit("ROOT_ID", tree)
	}
	for id, node := range tree.entries() {
		// The heading is drawn from the title, and a page with tabs keeps an empty grid.
		if !w.seen[id] && !slices.Contains([]string{"DASHBOARD_VERSION_KEY", "HEADER_ID", "GRID_ID"}, id) {
			node.report()(RulePosition, "name it among the children of a row, or remove it", "not on the page: nothing holds it")
		}
	}
	if len(w.charts) == 0 {
		tree.report()(RuleNoChart, "add nodes of type CHART", "no chart on the page")
	}
	return w.charts
}

// walker goes through a layout from its root.
type walker struct {
	*linter

	tree   part
	seen   map[string]bool
	charts map[int]About
}

// visit checks the node with that id, which another place names.
func (w walker) visit(id string, named part) {
	node := w.tree.field(id)
	switch {
	case node.empty():
		named.report()(RulePosition, "add the node, or take it out of the children", "no node %q", id)
		return
	case w.seen[id]:
		named.report()(RulePosition, "keep it in one place", "node %q is in two places", id)
		return
	}
	w.seen[id] = true
	if own := node.field("id").text(); own != id {
		node.report()(RulePosition, "write id: "+id, "its id is %q", own)
	}
	kind := node.field("type").text()
	if kind == "CHART" {
		w.chart(node)
	}
	w.size(node, kind)

	width := 0
	for _, child := range node.field("children").items() {
		name := child.text()
		if name == "" {
			child.report()(RulePosition, "write the id of a node", "want the id of a node, not %s", formOf(child.value))
			continue
		}
		if inner := w.tree.field(name).field("type").text(); inner != "" && !slices.Contains(inside[kind], inner) {
			child.report()(RulePosition, "put it into a ROW", "a %s cannot hold a %s", kind, inner)
		}
		if n, ok := w.tree.field(name).field("meta").field("width").number(); ok {
			width += int(n)
		}
		w.visit(name, child)
	}
	if kind == "ROW" && width > gridColumns {
		node.report()(RuleRowWidth, "narrow the cells or start another row", "cells are wider than 12 columns")
	}
}

// size checks the height of what has one.
func (w walker) size(node part, kind string) {
	if kind != "CHART" && kind != "MARKDOWN" {
		return
	}
	if height, ok := node.field("meta").field("height").number(); !ok || height < minHeight || height > maxHeight {
		node.field("meta").report()(RuleRowHeight, "use 5 to 100 units of 8 pixels", "height %v", node.field("meta").field("height").value)
	}
}

// chart checks that a node leads to a chart, by UUID and by a number that the
// rest of the page calls it.
func (w walker) chart(node part) {
	meta := node.field("meta")
	id := meta.field("uuid")
	if id.text() == "" {
		meta.report()(RulePosition, "add the uuid of the chart", "no chart is named")
	}
	w.refers(id, w.linter.charts, "chart")
	number, ok := meta.field("chartId").value.(int)
	if !ok {
		meta.report()(RulePosition, "add chartId: a number of its own", "no chartId: the import ends there")
		return
	}
	if _, taken := w.charts[number]; taken {
		meta.report()(RuleChartID, "give it another number", "chartId %d is that of another chart", number)
	}
	w.charts[number] = w.names[id.text()]
}

// pageMetadata checks what the page says besides its layout.
func (l *linter) pageMetadata(p part, charts map[int]About) {
	for label, color := range p.field("label_colors").entries() {
		checkColor(color.report(), Color(color.text()), "the colour of %q", label)
	}
	for _, item := range p.field("timed_refresh_immune_slices").items() {
		checkNumber(item, fmt.Sprint(item.value), charts)
	}
	for number, entry := range p.field("expanded_slices").entries() {
		checkNumber(entry, number, charts)
	}
	if links := p.field("chart_configuration"); !links.empty() && !l.target.has(Version61) {
		links.report()(RuleReference, "leave it out: cross-filters work without", "before version 6 its numbers are not replaced, and mean other charts")
	}
	seen := map[string]bool{}
	for _, filter := range p.field("native_filter_configuration").items() {
		l.nativeFilter(filter, charts, seen)
	}
}

// checkNumber checks that a number is that of a chart of the page.
func checkNumber(p part, number string, charts map[int]About) {
	for known := range charts {
		if strconv.Itoa(known) == number {
			return
		}
	}
	p.report()(RuleReference, "name a chart by its chartId", "no chart %s on the page: the import ends there", number)
}

// filterTypes are the kinds of filters, and whether they have a column.
var filterTypes = map[string]bool{
	"filter_select": true, "filter_range": true,
	"filter_time": false, "filter_timegrain": false, "filter_timecolumn": false,
}

// nativeFilter checks one of the page's filters.
func (l *linter) nativeFilter(p part, charts map[int]About, seen map[string]bool) {
	if p.field("type").text() == "DIVIDER" {
		return
	}
	r := p.report()
	if id := p.field("id").text(); !strings.HasPrefix(id, "NATIVE_FILTER-") {
		p.field("id").report()(RuleFilter, "begin it with NATIVE_FILTER-", "%q is no id of a filter", id)
	}
	if kind := p.field("type").text(); kind != "NATIVE_FILTER" {
		p.field("type").report()(RuleFilter, "write type: NATIVE_FILTER", "%q is no type of a filter", kind)
	}
	if p.field("scope").field("rootPath").empty() {
		r(RuleFilter, "add scope: {rootPath: [ROOT_ID], excluded: []}", "no scope: it reaches no chart")
	}
	var missing []string
	for _, key := range []string{"defaultDataMask", "controlValues", "cascadeParentIds"} {
		if p.field(key).value == nil {
			missing = append(missing, key)
		}
	}
	if len(missing) > 0 {
		r(RuleFilter, "add them", "without %s", strings.Join(missing, ", "))
	}
	var excluded []int
	for _, item := range p.field("scope").field("excluded").items() {
		number, _ := item.value.(int)
		excluded = append(excluded, number)
		if _, ok := charts[number]; !ok {
			item.report()(RuleFilterExclude, "name a chart by its chartId", "no chart %v on the page", item.value)
		}
	}
	checkPeriod(p.field("defaultDataMask").report(), p.field("defaultDataMask").field("extraFormData").field("time_range").text())

	kind := p.field("filterType").text()
	byColumn, ok := filterTypes[kind]
	if !ok {
		p.field("filterType").report()(RuleFilter, "use "+strings.Join(slices.Sorted(maps.Keys(filterTypes)), ", "), "%q is no kind of filter", kind)
		byColumn = len(p.field("targets").items()) > 0
	}
	if !byColumn {
		return
	}
	targets := p.field("targets").items()
	if len(targets) == 0 {
		p.field("targets").report()(RuleFilter, "add {datasetUuid: …, column: {name: …}}", "no target")
	}
	for _, target := range targets {
		column := l.filterTarget(target)
		if column == "" {
			continue
		}
		if seen[column] {
			r(RuleDuplicate, "remove one of them", "another filter is on the same column")
		}
		seen[column] = true
		for _, number := range slices.Sorted(maps.Keys(charts)) {
			if about := charts[number]; about.Dataset.Name != "" && !slices.Contains(excluded, number) {
				checkReach(r, column, about)
			}
		}
	}
}

// filterTarget checks what a filter offers, and returns its column.
func (l *linter) filterTarget(p part) string {
	source := p.field("datasetUuid")
	if source.text() == "" {
		p.report()(RuleFilter, "write datasetUuid: and the uuid of the dataset", "no datasetUuid: other ids mean nothing to an import")
	}
	l.refers(source, l.datasets, "dataset")
	name := p.field("column").field("name")
	if name.text() == "" {
		p.field("column").report()(RuleFilter, "write column: {name: …}", "want a mapping with a name, not %s", formOf(p.field("column").value))
		return p.field("column").text()
	}
	if d, ok := l.tables[source.text()]; ok {
		knownColumn(name.report(), d, name.text())
	}
	return name.text()
}
