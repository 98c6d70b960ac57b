package kpi

import "time"

// Report is the KPIs of one query, in the order of [Definitions].
type Report struct {
	AsOf          time.Time `json:"as_of"`
	Zone          string    `json:"zone"`
	Days          int       `json:"days"`          // length of the rolling windows
	Organizations []int64   `json:"organizations"` // null: all
	Project       string    `json:"project"`       // empty: all
	KPIs          []Result  `json:"kpis"`
}

// KPI returns the result of one KPI, false when the report has none.
func (r Report) KPI(id ID) (Result, bool) {
	for _, k := range r.KPIs {
		if k.ID == id {
			return k, true
		}
	}
	return Result{}, false
}
