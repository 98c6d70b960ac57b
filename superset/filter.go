package superset

import "fmt"

// Filter is one of the page's filters: [TimeRange] or [Select].
type Filter interface {
	// encode is the filter in the page's native_filter_configuration.
	encode(b Bundle) Params
	// excluded are the slugs of the charts that it leaves alone.
	excluded() []string
	// check reports what is wrong with the filter on the page.
	check(r report, d Dashboard)
	title() string
	id() string
}

// TimeRange lets readers choose the period of the page. It reaches every chart
// through the time column of the chart's dataset.
type TimeRange struct {
	Name    string   // zero is "Time range"
	Default Period   // zero shows everything
	Exclude []string // slugs of charts that are not about a period
}

// Period is a span of time up to today, in Superset's words. A period of the
// past ends with yesterday.
type Period string

// The usual periods.
const (
	LastDay     Period = "Last day"
	LastWeek    Period = "Last week" // the seven days up to yesterday
	LastMonth   Period = "Last month"
	LastQuarter Period = "Last quarter"
	LastYear    Period = "Last year"
)

// CompleteWeeks is the last n weeks that are over, from a Monday up to the
// Monday of the present week: no point of a weekly chart is unfinished then.
func CompleteWeeks(n int) Period {
	// The filter bar shows this text while it loads, and hides filters that then
	// find no room: DATETRUNC and its like would say the same, but at length.
	return Period(fmt.Sprintf("%d weeks before this monday : this monday", n))
}

// Select lets readers choose values of a column. It reaches the charts whose
// dataset has a column of that name; every other chart has to be excluded,
// because Superset would leave it unfiltered without a word.
type Select struct {
	Name        string // zero is the label of the column
	Description string
	Dataset     Dataset // whose values are offered
	Column      string
	Where       []Condition // which rows' values are offered; NULL is offered too unless excluded here
	Multi       bool        // several values at once
	Default     string      // what is chosen at first, and has to be chosen if there is one; zero chooses nothing
	Exclude     []string    // slugs of charts
}

func (f TimeRange) title() string {
	if f.Name == "" {
		return "Time range"
	}
	return f.Name
}

func (TimeRange) id() string { return "NATIVE_FILTER-time" }

func (f TimeRange) excluded() []string { return f.Exclude }

func (f TimeRange) encode(b Bundle) Params {
	p := nativeFilter(b, f, "filter_time", "")
	p["targets"] = []any{Params{}}
	p["controlValues"] = Params{"enableEmptyFilter": false}
	if f.Default != "" {
		p["defaultDataMask"] = Params{
			"extraFormData": Params{"time_range": f.Default},
			"filterState":   Params{"value": f.Default},
			"ownState":      Params{},
		}
	}
	return p
}

func (f Select) title() string {
	if c, ok := f.Dataset.Column(f.Column); ok && f.Name == "" && c.Label != "" {
		return c.Label
	}
	if f.Name == "" {
		return f.Column
	}
	return f.Name
}

func (f Select) id() string { return "NATIVE_FILTER-" + f.Column }

func (f Select) excluded() []string { return f.Exclude }

func (f Select) encode(b Bundle) Params {
	p := nativeFilter(b, f, "filter_select", f.Description)
	p["targets"] = []any{Params{
		"datasetUuid": datasetUUID(b.project(), f.Dataset.Name),
		"column":      Params{"name": f.Column},
	}}
	p["controlValues"] = Params{
		"enableEmptyFilter":  f.Default != "", // Superset's word for a value that is required
		"defaultToFirstItem": false,
		"multiSelect":        f.Multi,
		"searchAllOptions":   false,
		"inverseSelection":   false,
	}
	if f.Default != "" {
		p["defaultDataMask"] = Params{
			"extraFormData": Params{"filters": []any{Params{"col": f.Column, "op": "IN", "val": []string{f.Default}}}},
			"filterState":   Params{"value": []string{f.Default}, "label": f.Default},
			"ownState":      Params{},
		}
	}
	if len(f.Where) > 0 {
		p["adhoc_filters"] = adhocConditions(About{Dataset: f.Dataset, Where: f.Where})
	}
	return p
}

// nativeFilter is what both kinds of filter share.
func nativeFilter(b Bundle, f Filter, kind, description string) Params {
	excluded := []int{}
	for _, slug := range f.excluded() {
		excluded = append(excluded, localID(b.project(), slug))
	}
	return Params{
		"id":               f.id(),
		"name":             f.title(),
		"type":             "NATIVE_FILTER",
		"filterType":       kind,
		"defaultDataMask":  Params{"extraFormData": Params{}, "filterState": Params{}, "ownState": Params{}},
		"cascadeParentIds": []string{},
		"scope":            Params{"rootPath": []string{"ROOT_ID"}, "excluded": excluded},
		"description":      description,
	}
}
