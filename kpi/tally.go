package kpi

import (
	"cmp"
	"fmt"
	"slices"
)

// Sample is one generation whose outcome is known.
type Sample struct {
	Confidence float64 // 0 to 1
	Success    bool
}

// Tally counts samples by confidence and outcome. That is all that
// calibration needs, so its memory follows the distinct confidences and not
// the samples, tallies of disjoint periods can be merged, and the order in
// which samples came cannot show. The zero value is an empty tally.
type Tally struct {
	cells map[float64]outcomes
}

// outcomes counts what happened at one confidence.
type outcomes struct{ hits, misses int64 }

func (o outcomes) n() int64 { return o.hits + o.misses }

// with counts one more.
func (o outcomes) with(success bool) outcomes {
	if success {
		o.hits++
	} else {
		o.misses++
	}
	return o
}

// Add counts a sample. A confidence that is no number from 0 to 1 is an error
// and counts nowhere: clamping or rescaling it would hide a wrong unit.
func (t *Tally) Add(s Sample) error {
	if !isShare(s.Confidence) {
		return fmt.Errorf("kpi: confidence %v is outside [0, 1]", s.Confidence)
	}
	t.add(s.Confidence, s.Success)
	return nil
}

func (t *Tally) add(confidence float64, success bool) {
	if t.cells == nil {
		t.cells = map[float64]outcomes{}
	}
	t.cells[confidence] = t.cells[confidence].with(success)
}

// Merge adds what another tally has counted.
func (t *Tally) Merge(other Tally) {
	if t.cells == nil {
		t.cells = map[float64]outcomes{}
	}
	for c, o := range other.cells {
		mine := t.cells[c]
		t.cells[c] = outcomes{hits: mine.hits + o.hits, misses: mine.misses + o.misses}
	}
}

// N is the number of samples.
func (t Tally) N() int64 {
	var n int64
	for _, o := range t.cells {
		n += o.n()
	}
	return n
}

// cell is one distinct confidence with its outcomes.
type cell struct {
	confidence float64
	outcomes
}

// sorted returns the cells by confidence: the one order in which everything
// is summed.
func (t Tally) sorted() []cell {
	cells := make([]cell, 0, len(t.cells))
	for c, o := range t.cells {
		cells = append(cells, cell{c, o})
	}
	slices.SortFunc(cells, func(a, b cell) int { return cmp.Compare(a.confidence, b.confidence) })
	return cells
}

// isShare tells a number from 0 to 1 from everything else.
func isShare(x float64) bool { return x >= 0 && x <= 1 }
