package kpi

import (
	"errors"
	"math"
	"sort"
)

// Correction turns the confidence of a source into how likely it really
// succeeds. Fit it on one period with [FitIsotonic] or [FitPlatt] and use it on
// later ones. The zero value changes nothing.
type Correction struct {
	from, to []float64 // isotonic: ascending confidences and their rates
	platt    bool
	a, b     float64 // Platt: logit(rate) = a·logit(confidence) + b
}

// Adjust returns the corrected confidence, 0 to 1. It never falls when the
// confidence rises, unless Platt's fit found that the source is wrong the surer
// it is. A confidence outside [0, 1] comes back as NaN.
func (c Correction) Adjust(confidence float64) float64 {
	switch {
	case !isShare(confidence):
		return math.NaN()
	case c.platt:
		return logistic(c.a*logit(confidence) + c.b)
	case len(c.from) == 0:
		return confidence
	}
	i := sort.SearchFloat64s(c.from, confidence)
	switch {
	case i == len(c.from):
		return c.to[i-1]
	case i == 0 || c.from[i] == confidence:
		return c.to[i]
	}
	part := (confidence - c.from[i-1]) / (c.from[i] - c.from[i-1])
	return c.to[i-1] + part*(c.to[i]-c.to[i-1])
}

// FitIsotonic fits the rising steps that are nearest to the outcomes, by
// pooling neighbours that fall, and goes straight between them. It bends to any
// shape and needs some hundred samples. Without samples it is [ErrNoData].
//
// Source: Ayer et al., Annals of Mathematical Statistics 26 (1955); for
// calibration Zadrozny and Elkan, KDD (2002).
func FitIsotonic(t Tally) (Correction, error) {
	cells := t.sorted()
	if len(cells) == 0 {
		return Correction{}, ErrNoData
	}
	type block struct {
		outcomes
		cells int
	}
	var blocks []block
	for _, c := range cells {
		blocks = append(blocks, block{c.outcomes, 1})
		for len(blocks) > 1 {
			last, before := blocks[len(blocks)-1], blocks[len(blocks)-2]
			// rates compared as integers: before ≤ last
			if before.hits*last.n() <= last.hits*before.n() {
				break
			}
			blocks = append(blocks[:len(blocks)-2], block{
				outcomes{before.hits + last.hits, before.misses + last.misses}, before.cells + last.cells,
			})
		}
	}
	var c Correction
	for _, b := range blocks {
		for range b.cells {
			c.from = append(c.from, cells[len(c.from)].confidence)
			c.to = append(c.to, share(b.hits, b.n()))
		}
	}
	return c, nil
}

// FitPlatt fits a line between the log odds of confidence and success. Two
// numbers are all that it learns, so it is content with few samples. Both
// outcomes must occur.
//
// Source: J. Platt, Advances in Large Margin Classifiers (1999), with his
// targets that keep the odds finite, on log odds instead of margins.
func FitPlatt(t Tally) (Correction, error) {
	var all outcomes
	cells := t.sorted()
	for _, c := range cells {
		all.hits += c.hits
		all.misses += c.misses
	}
	if all.n() == 0 {
		return Correction{}, ErrNoData
	}
	if all.hits == 0 || all.misses == 0 {
		return Correction{}, errors.New("kpi: platt: all samples ended alike")
	}
	high := float64(all.hits+1) / float64(all.hits+2)
	low := 1 / float64(all.misses+2)

	// Newton's method on the log likelihood, which is concave. Far from the top
	// a whole step may go down: it is halved until it does not.
	c := Correction{platt: true, a: 1}
	likelihood := func(a, b float64) float64 {
		var l sum
		for _, cell := range cells {
			x := a*logit(cell.confidence) + b
			up := float64(cell.hits)*high + float64(cell.misses)*low
			l.add(up*logLogistic(x) + (float64(cell.n())-up)*logLogistic(-x))
		}
		return l.value()
	}
	for range 100 {
		var ga, gb, haa, hab, hbb float64
		for _, cell := range cells {
			x := logit(cell.confidence)
			p := logistic(c.a*x + c.b)
			surplus := float64(cell.hits)*(high-p) + float64(cell.misses)*(low-p)
			weight := float64(cell.n()) * p * (1 - p)
			ga += x * surplus
			gb += surplus
			haa += x * x * weight
			hab += x * weight
			hbb += weight
		}
		haa += 1e-9 // for a single confidence, where a and b are one
		determinant := haa*hbb - hab*hab
		if determinant <= 0 {
			break
		}
		da, db := (hbb*ga-hab*gb)/determinant, (haa*gb-hab*ga)/determinant
		now := likelihood(c.a, c.b)
		for likelihood(c.a+da, c.b+db) < now && math.Abs(da)+math.Abs(db) > 1e-10 {
			da, db = da/2, db/2
		}
		if math.Abs(da)+math.Abs(db) <= 1e-10 {
			break
		}
		c.a, c.b = c.a+da, c.b+db
	}
	return c, nil
}

// logLogistic is log(logistic(x)), also where logistic(x) vanishes.
func logLogistic(x float64) float64 {
	if x < 0 {
		return x - math.Log1p(math.Exp(x))
	}
	return -math.Log1p(math.Exp(-x))
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// logit is the log odds, of confidences kept a little off 0 and 1.
func logit(p float64) float64 {
	p = min(max(p, 1e-6), 1-1e-6)
	return math.Log(p / (1 - p))
}
