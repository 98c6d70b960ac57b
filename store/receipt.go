package store

import (
	"cmp"
	"slices"
)

// Receipt says what became of the events that were given to [DB.Insert].
type Receipt struct {
	// Tables counts by table name. A table without events is not in it.
	Tables map[string]Count

	// Refused lists the events that were not stored, in their order.
	Refused []Refusal
}

// Total is the sum over all tables.
func (r Receipt) Total() Count {
	var total Count
	for _, count := range r.Tables {
		total = total.plus(count)
	}
	return total
}

// Add adds what became of later events, whose indexes are as in next.
func (r *Receipt) Add(next Receipt) {
	if r.Tables == nil {
		r.Tables = map[string]Count{}
	}
	for table, count := range next.Tables {
		r.Tables[table] = r.Tables[table].plus(count)
	}
	slices.SortFunc(next.Refused, func(a, b Refusal) int { return cmp.Compare(a.Index, b.Index) })
	r.Refused = append(r.Refused, next.Refused...)
}

// Count says how many events of a table were stored and how many were not.
type Count struct {
	Stored    int
	Duplicate int // of an event that was stored before, or earlier in the same call
	Refused   int
}

func (c Count) plus(d Count) Count {
	return Count{Stored: c.Stored + d.Stored, Duplicate: c.Duplicate + d.Duplicate, Refused: c.Refused + d.Refused}
}

// Refusal is an event that was not stored, and never will be as it is.
type Refusal struct {
	Index int    // of the event in what was given
	Table string // to which it belongs

	// Err is what Validate said, metrics.FieldErrors joined, or why the
	// database refused: [ErrConflict] for a row that it refers to and that
	// does not exist, [ErrInvalid] for a rule that only the database holds.
	Err error
}
