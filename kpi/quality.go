package kpi

// Quality accounts for the rows that a KPI looked at. Every row of its window
// and scope is in Rows or in Excluded.
type Quality struct {
	Rows          int64 `json:"rows"`          // looked at
	Null          int64 `json:"null"`          // of them without the value that is needed
	Invalid       int64 `json:"invalid"`       // of them with an impossible value
	Contradictory int64 `json:"contradictory"` // counted, but two fields disagree
	Future        int64 `json:"future"`        // at or after as_of: outside every window
	Duplicates    int64 `json:"duplicates"`    // counted, though the same as an earlier row
	Excluded      int64 `json:"excluded"`      // from an excluded source

	// PointMass is the share of the most common confidence among the valid
	// ones. A spike at 0, 0.5 or 1 hints at a default that somebody filled
	// in. Absent where confidences do not matter.
	PointMass *float64 `json:"point_mass"`
}
