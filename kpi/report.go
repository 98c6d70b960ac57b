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

	// Companions are figures without a target that stand beside KPIs.
	Companions []Result `json:"companions"`
}

// KPI returns the result of a KPI or companion, false when there is none.
func (r Report) KPI(id ID) (Result, bool) {
	for _, results := range [][]Result{r.KPIs, r.Companions} {
		for _, k := range results {
			if k.ID == id {
				return k, true
			}
		}
	}
	return Result{}, false
}
