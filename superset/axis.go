package superset

// Axis is the column along which a chart runs. A column of type Time is cut
// into steps of the grain; any other column gives one point per value and
// takes no grain.
//
// For one point a week name a column that holds the Monday of each row's week
// and leave the grain at its zero value.
type Axis struct {
	Column string
	Grain  Grain // zero is Day for a column of type Time
}

// Grain is the length of one step on a time axis.
type Grain string

// The grains that mean the same on every database and version. There is no
// week: see [Axis].
const (
	Hour    Grain = "PT1H"
	Day     Grain = "P1D"
	Month   Grain = "P1M"
	Quarter Grain = "P3M"
	Year    Grain = "P1Y"
)

// grain is the step of the axis on the dataset, empty for categories.
func (a Axis) grain(d Dataset) Grain {
	if !d.isTime(a.Column) {
		return ""
	}
	if a.Grain == "" {
		return Day
	}
	return a.Grain
}

// params are the keys that all charts with an axis share.
func (a Axis) params(d Dataset) Params {
	p := Params{"x_axis": a.Column}
	if g := a.grain(d); g != "" {
		p["time_grain_sqla"] = g
	}
	return p
}

// column is the axis as the first column of a query.
func (a Axis) column(d Dataset) Params {
	c := Params{
		"columnType":     "BASE_AXIS",
		"sqlExpression":  a.Column,
		"label":          a.Column,
		"expressionType": "SQL",
	}
	if g := a.grain(d); g != "" {
		c["timeGrain"] = g
	}
	return c
}

// overTime reports an axis that has to be of type Time and is not.
func (a Axis) overTime(r report, d Dataset) {
	if c, ok := d.Column(a.Column); ok && c.Type != Time {
		r(RuleAxis, "name a column of type Time", "the axis %q holds no times", a.Column)
	}
}
