package kpi

import (
	"fmt"
	"math"
	"sort"
)

// CalibrationOptions chooses the bins. The zero value is what the KPI uses.
type CalibrationOptions struct {
	// Bins is how many bins there are; 0 means 10.
	Bins int

	// EqualMass puts about the same number of samples in every bin. It is
	// less biased, but its edges move with the data, so that two weeks can
	// no longer be compared. Equal confidences always share a bin.
	EqualMass bool

	// RightClosed makes bins of equal width (a, b], as scikit-learn does,
	// instead of [a, b). The first then holds 0, as the last else holds 1.
	RightClosed bool
}

// Reliability says how well confidence predicts success. Every field is
// about a share, 0 to 1, unless it says otherwise.
type Reliability struct {
	N int64 `json:"-"` // samples

	// ECE is the expected calibration error Σ n_b/N·|c̄_b − ȳ_b| over bins
	// with mean confidence c̄_b and success rate ȳ_b. Even a perfectly
	// calibrated source has one: see NoiseFloor.
	ECE float64 `json:"ece"`
	// MCE is the largest gap of a bin.
	MCE float64 `json:"mce"`
	// RMSCE is √Σ n_b/N·(c̄_b − ȳ_b)².
	RMSCE float64 `json:"rmsce"`
	// Bias is mean confidence less success rate, -1 to 1; above 0 is
	// overconfident.
	Bias float64 `json:"bias"`

	// DebiasedSquared is RMSCE² less what chance adds to it. It may be
	// negative; Debiased is its root, 0 then.
	DebiasedSquared float64 `json:"debiased_squared"`
	Debiased        float64 `json:"debiased"`

	// NoiseFloor and NoiseSD are the mean and standard deviation of the ECE
	// of a perfectly calibrated source with these confidences. P is how
	// likely such a source shows an ECE as large as this one.
	NoiseFloor float64 `json:"noise_floor"`
	NoiseSD    float64 `json:"noise_sd"`
	P          float64 `json:"p"`

	// Brier is the mean of (confidence − outcome)², in Parts.
	Brier float64    `json:"brier"`
	Parts BrierParts `json:"brier_parts"`
	// LogLoss is in nats, with confidences clipped to [1e-15, 1−1e-15].
	LogLoss float64 `json:"log_loss"`
	// AUROC is how likely a success has the higher confidence of a success
	// and a failure; ties count half. Absent when all samples ended alike.
	AUROC *float64 `json:"auroc"`

	// Bins are in order of confidence, empty ones included.
	Bins []Bin `json:"bins"`
}

// unknownReliability is the JSON of what nothing is known about.
const unknownReliability = `{"ece":null,"mce":null,"rmsce":null,"bias":null,` +
	`"debiased_squared":null,"debiased":null,"noise_floor":null,"noise_sd":null,"p":null,` +
	`"brier":null,"brier_parts":null,"log_loss":null,"auroc":null,"bins":null}`

// MarshalJSON writes null for every field when there are no samples.
func (r Reliability) MarshalJSON() ([]byte, error) {
	if r.N == 0 {
		return []byte(unknownReliability), nil
	}
	type plain Reliability // without this method
	return marshal(plain(r))
}

// BrierParts add up to the Brier score:
// Reliability − Resolution + Uncertainty + WithinVariance − WithinCovariance.
// The last two vanish when every bin holds one distinct confidence.
//
// Source: Stephenson, Coelho and Jolliffe, Weather and Forecasting 23 (2008).
type BrierParts struct {
	Reliability      float64 `json:"reliability"`
	Resolution       float64 `json:"resolution"`
	Uncertainty      float64 `json:"uncertainty"`
	WithinVariance   float64 `json:"within_variance"`
	WithinCovariance float64 `json:"within_covariance"`
}

// Bin is a range of confidence. What is a mean of its samples is absent when
// there are none.
type Bin struct {
	Lower          float64   `json:"lower"`
	Upper          float64   `json:"upper"`
	N              int64     `json:"n"`
	Successes      int64     `json:"successes"`
	MeanConfidence *float64  `json:"mean_confidence"`
	SuccessRate    *float64  `json:"success_rate"`
	Gap            *float64  `json:"gap"`      // mean confidence − success rate
	Interval       *Interval `json:"interval"` // Wilson, of the success rate
}

// Calibration measures how well the samples' confidence predicts their
// success. Samples with a confidence outside [0, 1] are an error; without
// samples it is [ErrNoData].
//
// Sources: Naeini, Cooper and Hauskrecht, AAAI (2015), for ECE and MCE; Kumar,
// Liang and Ma, NeurIPS (2019), for the debiased error; the noise floor is
// the half-normal mean of each bin's gap.
func Calibration(samples []Sample, o CalibrationOptions) (Reliability, error) {
	var t Tally
	for i, s := range samples {
		if err := t.Add(s); err != nil {
			return Reliability{}, fmt.Errorf("kpi: sample %d: confidence %v is outside [0, 1]", i, s.Confidence)
		}
	}
	return t.Calibration(o)
}

// Calibration measures how well confidence predicts success; see the function
// [Calibration].
func (t Tally) Calibration(o CalibrationOptions) (Reliability, error) {
	if o.Bins < 0 {
		return Reliability{}, fmt.Errorf("kpi: %d bins", o.Bins)
	}
	if o.Bins == 0 {
		o.Bins = 10
	}
	cells := t.sorted()
	if len(cells) == 0 {
		return Reliability{}, ErrNoData
	}
	edges := equalWidth(o.Bins)
	if o.EqualMass {
		edges = equalMass(cells, o.Bins)
	}
	r := Reliability{N: t.N()}
	groups := split(cells, edges, o.EqualMass || o.RightClosed)
	r.errors(edges, groups)
	r.scores(cells)
	r.decompose(groups)
	return r, nil
}

// equalWidth returns the edges 0, 1/m, … 1.
func equalWidth(m int) []float64 {
	edges := make([]float64, m+1)
	for i := range edges {
		edges[i] = float64(i) / float64(m)
	}
	return edges
}

// equalMass cuts the samples into m chunks as equal as possible, the first
// ones larger, and puts an edge halfway between the neighbours at each cut.
// Edges that coincide are one.
func equalMass(cells []cell, m int) []float64 {
	ends := make([]int64, len(cells)) // samples up to and with each cell
	var n int64
	for i, c := range cells {
		n += c.n()
		ends[i] = n
	}
	at := func(i int64) float64 { // confidence of the i-th sample
		return cells[sort.Search(len(ends), func(k int) bool { return ends[k] > i })].confidence
	}
	edges, cut := []float64{0}, int64(0)
	for chunk := range int64(m) {
		cut += n / int64(m)
		if chunk < n%int64(m) {
			cut++
		}
		if cut == 0 || cut >= n {
			continue
		}
		edge := (at(cut-1) + at(cut)) / 2
		if edge > edges[len(edges)-1] && edge < 1 {
			edges = append(edges, edge)
		}
	}
	return append(edges, 1)
}

// split deals the cells out to the bins between the edges.
func split(cells []cell, edges []float64, rightClosed bool) [][]cell {
	groups := make([][]cell, len(edges)-1)
	for _, c := range cells {
		// The edges are compared with the confidence itself: int(c·10) puts
		// 0.29·100 into bin 28.
		bin := sort.Search(len(edges), func(i int) bool {
			return edges[i] > c.confidence || rightClosed && edges[i] == c.confidence
		}) - 1
		bin = min(max(bin, 0), len(groups)-1)
		groups[bin] = append(groups[bin], c)
	}
	return groups
}

// errors fills in the bins and what is summed over them.
func (r *Reliability) errors(edges []float64, groups [][]cell) {
	n := float64(r.N)
	var ece, squares, debiased, bias, floor, variance sum
	for i, group := range groups {
		b := Bin{Lower: edges[i], Upper: edges[i+1]}
		var confidence, chance sum
		for _, c := range group {
			b.N += c.n()
			b.Successes += c.hits
			confidence.addProduct(float64(c.n()), c.confidence)
			chance.add(float64(c.n()) * c.confidence * (1 - c.confidence))
		}
		if b.N > 0 {
			in := float64(b.N)
			surplus := confidence.value() - float64(b.Successes) // n_b·gap
			mean, rate, gap, bounds := confidence.value()/in, share(b.Successes, b.N), surplus/in, wilson(b.Successes, b.N)
			b.MeanConfidence, b.SuccessRate, b.Gap, b.Interval = &mean, &rate, &gap, &bounds

			ece.add(math.Abs(surplus))
			bias.add(surplus)
			squares.add(surplus * gap)
			if b.N > 1 {
				debiased.add(in * (square(gap) - rate*(1-rate)/(in-1)))
			}
			r.MCE = max(r.MCE, math.Abs(gap))
			floor.add(math.Sqrt(2 * chance.value() / math.Pi))
			variance.add(chance.value())
		}
		r.Bins = append(r.Bins, b)
	}
	r.ECE = ece.value() / n
	r.Bias = bias.value() / n
	r.RMSCE = math.Sqrt(squares.value() / n)
	r.DebiasedSquared = debiased.value() / n
	r.Debiased = math.Sqrt(max(0, r.DebiasedSquared))
	r.NoiseFloor = floor.value() / n
	r.NoiseSD = math.Sqrt((1-2/math.Pi)*variance.value()) / n
	switch {
	case r.NoiseSD > 0:
		r.P = math.Erfc((r.ECE-r.NoiseFloor)/r.NoiseSD/math.Sqrt2) / 2
	case r.ECE > 0: // all confidences are 0 or 1, and one was wrong
		r.P = 0
	default:
		r.P = 1
	}
}

// scores fills in what needs no bins.
func (r *Reliability) scores(cells []cell) {
	var brier, loss sum
	var hits, misses, pairs, ties int64 // pairs of a success and a failure
	for _, c := range cells {
		brier.add(float64(c.hits) * square(1-c.confidence))
		brier.add(float64(c.misses) * square(c.confidence))
		p := min(max(c.confidence, 1e-15), 1-1e-15)
		loss.add(-float64(c.hits) * math.Log(p))
		loss.add(-float64(c.misses) * math.Log1p(-p))

		pairs += c.hits * misses
		ties += c.hits * c.misses
		hits += c.hits
		misses += c.misses
	}
	r.Brier = brier.value() / float64(r.N)
	r.LogLoss = loss.value() / float64(r.N)
	if hits > 0 && misses > 0 {
		area := (float64(pairs) + float64(ties)/2) / (float64(hits) * float64(misses))
		r.AUROC = &area
	}
}

// decompose fills in the parts of the Brier score.
func (r *Reliability) decompose(groups [][]cell) {
	var hits int64
	for _, b := range r.Bins {
		hits += b.Successes
	}
	rate := share(hits, r.N)
	var reliability, resolution, spread, covariance sum
	for i, group := range groups {
		b := r.Bins[i]
		if b.N == 0 {
			continue
		}
		reliability.add(float64(b.N) * square(*b.Gap))
		resolution.add(float64(b.N) * square(*b.SuccessRate-rate))
		for _, c := range group {
			off := c.confidence - *b.MeanConfidence
			spread.add(float64(c.n()) * square(off))
			covariance.add(2 * off * (float64(c.hits) - float64(c.n())**b.SuccessRate))
		}
	}
	n := float64(r.N)
	r.Parts = BrierParts{
		Reliability:      reliability.value() / n,
		Resolution:       resolution.value() / n,
		Uncertainty:      rate * (1 - rate),
		WithinVariance:   spread.value() / n,
		WithinCovariance: covariance.value() / n,
	}
}
