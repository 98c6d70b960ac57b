package kpi

import (
	"math"
	"math/big"
	"strconv"
)

// tolerance is how near a float must come to a target to equal it.
const tolerance = 1e-12

// Op compares a value with a target.
type Op string

// The operators of targets.
const (
	AtLeast   Op = ">="
	Above     Op = ">"
	Below     Op = "<"
	Exactly   Op = "="
	Between   Op = "between"    // Value ≤ v ≤ Upper
	Declining Op = "decreasing" // of a trend; has no value
)

// Target is what a KPI should reach. The zero value is no target.
type Target struct {
	Op    Op
	Value float64
	Upper float64 // of Between only
}

// Meets compares a value with the target. Values within 1e-12 of it equal it,
// so that a rounding error does not decide: ten times 0.1 is at least 1. It is
// false for a Declining target, which judges a series.
func (t Target) Meets(v float64) bool {
	switch t.Op {
	case AtLeast:
		return v >= t.Value-tolerance
	case Above:
		return v > t.Value+tolerance
	case Below:
		return v < t.Value-tolerance
	case Exactly:
		return v >= t.Value-tolerance && v <= t.Value+tolerance
	case Between:
		return v >= t.Value-tolerance && v <= t.Upper+tolerance
	default:
		return false
	}
}

// MeetsRatio compares hits/trials with the target without rounding: the target
// is taken as the decimal that it is written as, so 17 of 20 are at least 0.85
// and 6 of 40 are not below 0.15. Without trials it is false.
func (t Target) MeetsRatio(hits, trials int64) bool {
	if trials <= 0 {
		return false
	}
	switch c := compareRatio(hits, trials, t.Value); t.Op {
	case AtLeast:
		return c >= 0
	case Above:
		return c > 0
	case Below:
		return c < 0
	case Exactly:
		return c == 0
	case Between:
		return c >= 0 && compareRatio(hits, trials, t.Upper) <= 0
	default:
		return false
	}
}

// compareRatio compares hits/trials with the shortest decimal that reads back
// as v.
func compareRatio(hits, trials int64, v float64) int {
	whole := v * float64(trials)
	// Only what lies near needs exact arithmetic.
	if diff := float64(hits) - whole; math.Abs(diff) > tolerance*(math.Abs(whole)+math.Abs(float64(hits))) {
		if diff < 0 {
			return -1
		}
		return 1
	}
	decimal, ok := new(big.Rat).SetString(strconv.FormatFloat(v, 'f', -1, 64))
	if !ok { // v is no number, and nothing compares with it
		return -1
	}
	return big.NewRat(hits, trials).Cmp(decimal)
}

// decides tells whether every value in the interval gives the same verdict.
func (t Target) decides(i Interval) bool {
	if t.Op == Between {
		return i.Excludes(t.Value) && i.Excludes(t.Upper) && t.Meets(i.Lower) == t.Meets(i.Upper)
	}
	return i.Excludes(t.Value)
}

// MarshalJSON returns {"op":…,"value":…,"upper":…}, with null for what the
// operator does not use, and null for no target at all.
func (t Target) MarshalJSON() ([]byte, error) {
	if t == (Target{}) {
		return []byte("null"), nil
	}
	form := struct {
		Op    Op       `json:"op"`
		Value *float64 `json:"value"`
		Upper *float64 `json:"upper"`
	}{Op: t.Op}
	if t.Op != Declining {
		form.Value = &t.Value
	}
	if t.Op == Between {
		form.Upper = &t.Upper
	}
	return marshal(form)
}
