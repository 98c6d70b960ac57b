package superset

// Chart is one chart of a page. The structs of this package are the usual
// ones; another type of chart needs only these four methods.
type Chart interface {
	// About returns what every chart has.
	About() About
	// Type is Superset's name for the type of chart, its viz_type.
	Type() string
	// Params are the settings of the chart besides its type and conditions,
	// in Superset's keys. They hold strings, numbers, booleans, nil, and
	// slices and maps of these.
	Params() Params
	// Queries are what the chart asks of its dataset: one query, or two for
	// charts that lay one above the other.
	Queries() []Query
}

// About is what every chart has.
type About struct {
	Slug        string // identity of the chart, unique in a bundle
	Title       string
	Description string // the question it answers; shown beside the title
	Dataset     Dataset
	Where       []Condition // all of them must hold
}

// Params are settings under the keys that Superset has for them.
type Params map[string]any

// with adds settings to p and returns it.
func (p Params) with(more Params) Params {
	for k, v := range more {
		p[k] = v
	}
	return p
}
