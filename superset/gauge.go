package superset

import (
	"math"
	"strconv"
	"strings"
)

// Gauge shows a metric on a dial with three zones. The zone beyond Target is
// green, the one between Warn and Target yellow, the rest red. With Target
// above Warn more is better, with Target below Warn less is.
type Gauge struct {
	Slug        string
	Title       string
	Description string
	Dataset     Dataset
	Where       []Condition

	Value  string // metric
	Min    float64
	Max    float64 // zero is 1
	Warn   float64
	Target float64
	Format Format
}

// About implements [Chart].
func (c Gauge) About() About {
	return About{c.Slug, c.Title, c.Description, c.Dataset, c.Where}
}

// Type implements [Chart].
func (Gauge) Type() string { return "gauge_chart" }

// Params implements [Chart].
func (c Gauge) Params() Params {
	// Positions of red, yellow and green in the colour scheme, from one.
	zones, colors := []float64{c.Warn, c.Target, c.top()}, "4,3,2"
	if c.Target < c.Warn {
		zones, colors = []float64{c.Target, c.Warn, c.top()}, "2,3,4"
	}
	return Params{
		"groupby":                []string{},
		"metric":                 c.Value,
		"row_limit":              10,
		"min_val":                c.Min,
		"max_val":                c.top(),
		"start_angle":            210,
		"end_angle":              -30,
		"intervals":              joinNumbers(zones),
		"interval_color_indices": colors,
		"color_scheme":           colorScheme,
		"font_size":              10, // the larger, the smaller the dial
		"number_format":          c.Dataset.format(c.Format, c.Value),
		"value_formatter":        "{value}",
		"show_pointer":           true,
		"animation":              false,
		"show_axis_tick":         false,
		"show_split_line":        false,
		"split_number":           c.ticks(),
		"show_progress":          false,
		"overlap":                true,
		"round_cap":              false,
		"sort_by_metric":         false,
	}
}

// Queries implements [Chart].
func (c Gauge) Queries() []Query {
	return []Query{{Metrics: []string{c.Value}, Limit: 10}}
}

func (c Gauge) top() float64 {
	if c.Max == 0 {
		return 1
	}
	return c.Max
}

// ticks is into how many parts the dial is labelled: the fewest, from four,
// that put the target on a label.
func (c Gauge) ticks() int {
	share := (c.Target - c.Min) / (c.top() - c.Min)
	for n := 4; n <= 10; n++ {
		at := share * float64(n)
		if math.Abs(at-math.Round(at)) < 1e-9 {
			return n
		}
	}
	return 4
}

func joinNumbers(values []float64) string {
	var texts []string
	for _, v := range values {
		texts = append(texts, strconv.FormatFloat(v, 'f', -1, 64))
	}
	return strings.Join(texts, ",")
}

func (c Gauge) rules(r report) {
	Between(c.Min, c.top()).check(r, "the dial")
	for _, mark := range []struct {
		name string
		at   float64
	}{{"Warn", c.Warn}, {"Target", c.Target}} {
		if !(mark.at >= c.Min && mark.at <= c.top()) {
			r(RuleGauge, "set Min and Max, or another "+mark.name, "%s %v is not between %v and %v", mark.name, mark.at, c.Min, c.top())
		}
	}
}
