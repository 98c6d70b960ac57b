package kpi

import (
	"time"
)

// Window is a half-open range of time, [Start, End), so that neighbouring
// windows never count a row twice. Both are in the zone of the query.
type Window struct {
	Start, End time.Time
}

// rolling is the window of days·24 hours before end.
func rolling(end time.Time, days int) Window {
	return Window{Start: end.Add(-time.Duration(days) * 24 * time.Hour), End: end}
}

// before is the window of the same length that touches w.
func (w Window) before() Window {
	return Window{Start: w.Start.Add(-w.End.Sub(w.Start)), End: w.Start}
}

// MarshalJSON returns {"start":…,"end":…,"zone":…}.
func (w Window) MarshalJSON() ([]byte, error) {
	return marshal(struct {
		Start time.Time `json:"start"`
		End   time.Time `json:"end"`
		Zone  string    `json:"zone"`
	}{w.Start, w.End, w.Start.Location().String()})
}

// Week returns the Monday 00:00, in t's own zone, with which the ISO week of t
// begins. Add 7 days with AddDate for the next: a week in which clocks are
// changed does not have 168 hours.
func Week(t time.Time) time.Time {
	year, month, day := t.Date()
	sinceMonday := (int(t.Weekday()) + 6) % 7
	return time.Date(year, month, day-sinceMonday, 0, 0, 0, 0, t.Location())
}

// weeks returns the Mondays that bound the n complete weeks before t: n+1
// instants, the last not after t.
func weeks(t time.Time, n int) []time.Time {
	end := Week(t)
	bounds := make([]time.Time, n+1)
	for i := range bounds {
		bounds[i] = end.AddDate(0, 0, 7*(i-n))
	}
	return bounds
}
