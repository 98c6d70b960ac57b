package kpi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"time"
)

// Result is one KPI of one window. What is undefined is absent (nil, in JSON
// null) and Reason says why; it is never 0.
type Result struct {
	ID    ID       `json:"id"`
	Value *float64 `json:"value"` // in Unit
	Unit  Unit     `json:"unit"`

	// Numerator and Denominator are there for ratios of counts.
	Numerator   *int64 `json:"numerator"`
	Denominator *int64 `json:"denominator"`
	// N is how many rows, executions or weeks stand behind the value.
	N int64 `json:"n"`

	Interval *Interval `json:"interval"` // absent for a census
	Target   Target    `json:"target"`
	Meets    *bool     `json:"meets"` // the value alone against the target
	Status   Status    `json:"status"`
	Evidence Evidence  `json:"evidence"`
	Reason   Reason    `json:"reason"`

	// Chance is how likely a process exactly on its target shows a value as
	// far on the wrong side as this one, or farther, 0 to 1; see
	// [Report.Gate]. Absent for a census, without a value, and for means of
	// fewer than 30 values, of which too little is known.
	Chance *float64 `json:"chance"`

	Window   *Window   `json:"window"` // absent for a census at AsOf
	AsOf     time.Time `json:"as_of"`
	Quality  Quality   `json:"quality"`
	Previous *Result   `json:"previous"` // the window before, itself without Previous
	Change   *Change   `json:"change"`

	// Detail is what only this KPI has, nil for those without. In JSON its
	// keys stand beside the others.
	Detail Detail `json:"-"`
}

// Detail is what one kind of KPI adds to its result: *[Level], *[PatternLoad],
// *[CompilationErrors], *[Reliability], *[Effectiveness], *[Applications],
// *[PatternSuccess], *[BugTrend], *[TestRuns], *[HighSeverity], *[Coverage],
// *[Versioning], *[AuditTrail], *[ROI] or *[Adoption].
type Detail interface{ detail() }

// MarshalJSON writes the fields of the result and of its detail as one object.
func (r Result) MarshalJSON() ([]byte, error) {
	type plain Result // without this method
	object, err := marshal(plain(r))
	if err != nil || r.Detail == nil {
		return object, err
	}
	detail, err := marshal(r.Detail)
	if err != nil {
		return nil, fmt.Errorf("kpi: %s: %w", r.ID, err)
	}
	object[len(object)-1] = ','
	return append(object, detail[1:]...), nil
}

// marshal is json.Marshal that leaves < and > as they are, for people who read
// the output. An encoder around it still escapes them unless told not to.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// undefined leaves the result without a value.
func (r *Result) undefined(s Status, why Reason) { r.Status, r.Reason = s, why }

// ratio sets the value to hits/trials.
func (r *Result) ratio(hits, trials int64) {
	value := share(hits, trials)
	meets := r.Target.MeetsRatio(hits, trials)
	r.Value, r.Numerator, r.Denominator, r.N, r.Meets = &value, &hits, &trials, trials, &meets
}

// number sets a value that is no ratio.
func (r *Result) number(value float64, n int64) {
	meets := r.Target.Meets(value)
	r.Value, r.N, r.Meets = &value, n, &meets
}

// verdict is met or not met, by the value.
func (r *Result) verdict(e Evidence) {
	r.Status, r.Evidence = NotMet, e
	if *r.Meets {
		r.Status = Met
	}
}

// The presentation standard of the National Center for Health Statistics
// (Parker et al., Vital and Health Statistics 2, no. 175, 2017): a proportion
// is shown from 30 observations and with an interval narrower than 0.30.
const (
	enoughRows   = 30
	narrowEnough = 0.30
)

// proportion sets the value to hits/trials and judges it as a sample: an
// interval on one side of the target decides at any size, and where it does
// not, the value does if it is precise enough.
func (r *Result) proportion(hits, trials int64) {
	r.ratio(hits, trials)
	i := wilson(hits, trials)
	r.Interval, r.Chance = &i, r.Target.chanceOfHits(hits, trials)
	switch {
	case r.Target.decides(i):
		r.verdict(Conclusive)
	case trials < enoughRows:
		r.undefined(InsufficientData, ReasonFewRows)
	case i.Width() >= narrowEnough:
		r.undefined(InsufficientData, ReasonWideInterval)
	default:
		r.verdict(Inconclusive)
	}
}

// inform sets the value to part/whole, which nothing is expected of.
func (r *Result) inform(part, whole int64) {
	r.ratio(part, whole)
	r.Meets, r.Status = nil, Informative
}

// census sets the value to part/whole and judges it as a count of everything.
func (r *Result) census(part, whole int64) {
	r.ratio(part, whole)
	r.verdict(Conclusive)
}

// mean sets the value to the mean of a sample and judges it.
func (r *Result) mean(s summary) {
	r.number(s.mean, s.n)
	if s.sd != nil {
		se, freedom := *s.sd/math.Sqrt(float64(s.n)), float64(s.n-1)
		i := student(s.mean, se, freedom, MethodStudent)
		r.Interval = &i
		if s.n >= enoughRows {
			r.Chance = r.Target.chanceOfMean(s.mean, se, freedom)
		}
	}
	switch {
	case r.Interval != nil && r.Target.decides(*r.Interval):
		r.verdict(Conclusive)
	case s.n < enoughRows:
		r.undefined(InsufficientData, ReasonFewRows)
	default:
		r.verdict(Inconclusive)
	}
}
