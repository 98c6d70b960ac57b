package kpi

import (
	"fmt"
	"math"
)

// Fisher returns the two-sided p of Fisher's exact test: how likely two
// samples with the same true proportion differ at least as much as hitsA of
// trialsA and hitsB of trialsB do. Tables as likely as the one seen count,
// with a relative tolerance of 1e-7 for rounding.
//
// Source: R. A. Fisher, Statistical Methods for Research Workers, 5th edition
// (1934), 21.02.
func Fisher(hitsA, trialsA, hitsB, trialsB int64) (float64, error) {
	if err := checkTrials(hitsA, trialsA); err != nil {
		return 0, err
	}
	if err := checkTrials(hitsB, trialsB); err != nil {
		return 0, err
	}
	if trialsA > 1<<40 || trialsB > 1<<40 {
		return 0, fmt.Errorf("kpi: fisher: %d and %d trials are too many", trialsA, trialsB)
	}
	hits := hitsA + hitsB
	least, most := max(0, hits-trialsB), min(hits, trialsA)
	// A table's probability times a factor that is the same for all.
	weight := func(k int64) float64 {
		return logChoose(trialsA, k) + logChoose(trialsB, hits-k)
	}
	seen := weight(hitsA)
	var extreme, all sum
	for k := least; k <= most; k++ {
		w := weight(k) - seen // the table seen weighs 1
		all.add(math.Exp(w))
		if w <= 1e-7 {
			extreme.add(math.Exp(w))
		}
	}
	return min(1, extreme.value()/all.value()), nil
}

func logChoose(n, k int64) float64 {
	return logFactorial(n) - logFactorial(k) - logFactorial(n-k)
}

func logFactorial(n int64) float64 {
	l, _ := math.Lgamma(float64(n) + 1)
	return l
}
