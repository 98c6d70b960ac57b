package kpi_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/kpi"
)

// overconfident draws samples of a source that is right much less often than
// it says.
func overconfident(t *testing.T, r *rand.Rand, n int) []kpi.Sample {
	t.Helper()

	samples := make([]kpi.Sample, n)
	for i := range samples {
		c := 0.5 + 0.5*r.Float64()
		samples[i] = kpi.Sample{Confidence: c, Success: r.Float64() < c*c*0.8}
	}
	return samples
}

func tally(t *testing.T, samples []kpi.Sample) kpi.Tally {
	t.Helper()

	var all kpi.Tally
	for _, s := range samples {
		require.NoError(t, all.Add(s))
	}
	return all
}

func TestCorrectionLowersTheErrorOfLaterSamples(t *testing.T) {
	t.Parallel()

	for name, fit := range map[string]func(kpi.Tally) (kpi.Correction, error){
		"isotonic": kpi.FitIsotonic, "Platt": kpi.FitPlatt,
	} {
		for seed := range uint64(20) {
			r := rand.New(rand.NewPCG(seed, 9))
			c, err := fit(tally(t, overconfident(t, r, 2000)))
			require.NoError(t, err)

			later := overconfident(t, r, 2000)
			raw, err := kpi.Calibration(later, kpi.CalibrationOptions{})
			require.NoError(t, err)
			for i := range later {
				later[i].Confidence = c.Adjust(later[i].Confidence)
			}
			adjusted, err := kpi.Calibration(later, kpi.CalibrationOptions{})
			require.NoError(t, err)
			assert.Less(t, adjusted.ECE, raw.ECE/2, "%s: error of held-out samples", name)
			assert.Less(t, adjusted.Brier, raw.Brier, "%s: Brier score of held-out samples", name)
		}
	}
}

func TestCorrectionRisesAndStaysInRange(t *testing.T) {
	t.Parallel()

	r := rand.New(rand.NewPCG(1, 10))
	samples := tally(t, overconfident(t, r, 300))
	isotonic, err := kpi.FitIsotonic(samples)
	require.NoError(t, err)
	platt, err := kpi.FitPlatt(samples)
	require.NoError(t, err)
	for name, c := range map[string]kpi.Correction{"isotonic": isotonic, "Platt": platt, "none": {}} {
		last := 0.0
		for i := range 1001 {
			got := c.Adjust(float64(i) / 1000)
			assert.True(t, got >= last && got <= 1, "%s: Adjust(%v) = %v after %v", name, float64(i)/1000, got, last)
			last = got
		}
		assert.True(t, math.IsNaN(c.Adjust(1.1)), name)
		assert.True(t, math.IsNaN(c.Adjust(math.NaN())), name)
	}
}

func TestCorrectionsOfTooLittle(t *testing.T) {
	t.Parallel()

	_, err := kpi.FitIsotonic(kpi.Tally{})
	require.ErrorIs(t, err, kpi.ErrNoData)
	_, err = kpi.FitPlatt(kpi.Tally{})
	require.ErrorIs(t, err, kpi.ErrNoData)
	_, err = kpi.FitPlatt(tally(t, []kpi.Sample{{0.5, true}, {0.9, true}}))
	require.EqualError(t, err, "kpi: platt: all samples ended alike")

	c, err := kpi.FitPlatt(tally(t, []kpi.Sample{{0.9, true}, {0.9, false}}))
	require.NoError(t, err)
	assert.InDelta(t, 0.5, c.Adjust(0.9), 0.02, "one confidence, right half of the time")
}

func TestIsotonicPoolsNeighboursThatFall(t *testing.T) {
	t.Parallel()

	c, err := kpi.FitIsotonic(tally(t, []kpi.Sample{
		{0.2, false}, {0.4, true}, {0.6, false}, {0.8, true},
	}))
	require.NoError(t, err)
	for confidence, want := range map[float64]float64{0: 0, 0.2: 0, 0.3: 0.25, 0.4: 0.5, 0.5: 0.5, 0.6: 0.5, 0.7: 0.75, 0.8: 1, 1: 1} {
		assert.InDelta(t, want, c.Adjust(confidence), 1e-12, "Adjust(%v)", confidence)
	}
}

func TestDecompositionIsExact(t *testing.T) {
	t.Parallel()

	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 11))
		strata := make([]kpi.Stratum, 1+r.IntN(5))
		for i := range strata {
			n, m := r.Int64N(50), r.Int64N(50)
			strata[i] = kpi.Stratum{HitsBefore: r.Int64N(n + 1), TrialsBefore: n, HitsAfter: r.Int64N(m + 1), TrialsAfter: m}
		}
		d, err := kpi.Decompose(strata)
		if errors.Is(err, kpi.ErrNoData) {
			continue
		}
		require.NoError(t, err)
		assert.InDelta(t, d.Total, d.Mix+d.Rate, 1e-12)
		if len(strata) == 1 {
			assert.InDelta(t, 0, d.Mix, 1e-12, "one stratum has no mix")
			assert.False(t, d.Paradox)
		}
	}
}

func TestDecomposeRefusesImpossibleStrata(t *testing.T) {
	t.Parallel()

	_, err := kpi.Decompose([]kpi.Stratum{{Name: "a", HitsBefore: 2, TrialsBefore: 1, TrialsAfter: 1}})
	require.EqualError(t, err, `kpi: decompose: "a": 2 hits among 1 trials`)
	_, err = kpi.Decompose([]kpi.Stratum{{TrialsBefore: 1}})
	require.ErrorIs(t, err, kpi.ErrNoData)
}

// together makes n uses of patterns, of which so many are successes.
func together(n, successes int, patterns ...string) []kpi.Use {
	uses := make([]kpi.Use, n)
	for i := range uses {
		uses[i] = kpi.Use{Patterns: patterns, Success: i < successes}
	}
	return uses
}

func TestPairsAreCountedOnceAndRankedByCertainty(t *testing.T) {
	t.Parallel()

	uses := slices.Concat(
		together(100, 95, "b", "a", "a"), // order and repetition do not matter
		together(5, 5, "c", "d"),
		together(4, 4, "e", "f"), // too few
		together(50, 20, "a"),
		together(50, 20, "b"),
	)
	got, err := kpi.Synergies(uses)
	require.NoError(t, err)
	require.Len(t, got, 2)
	assert.Equal(t, "a b", got[0].A+" "+got[0].B)
	assert.Equal(t, int64(100), got[0].Uses)
	assert.InDelta(t, 100.0*209/(150*150), got[0].Lift, 1e-12)
	assert.InDelta(t, 0.55, *got[0].Uplift, 1e-12)
	assert.Less(t, *got[0].P, 1e-10)
	assert.Nil(t, got[1].Uplift, "c and d were never applied alone")

	r := rand.New(rand.NewPCG(1, 12))
	r.Shuffle(len(uses), func(i, j int) { uses[i], uses[j] = uses[j], uses[i] })
	again, err := kpi.Synergies(uses)
	require.NoError(t, err)
	assert.Equal(t, got, again, "order shows")

	var many []string
	for i := range 65 {
		many = append(many, fmt.Sprint(i))
	}
	_, err = kpi.Synergies(together(1, 1, many...))
	require.EqualError(t, err, "kpi: synergies: use 0 has 65 patterns, more than 64")
}

func ExampleCorrection() {
	var lastMonth kpi.Tally
	for i := range 1000 { // it says 90 % and is right in 60 %
		if err := lastMonth.Add(kpi.Sample{Confidence: 0.9, Success: i < 600}); err != nil {
			panic(err)
		}
	}
	correction, err := kpi.FitIsotonic(lastMonth)
	if err != nil {
		panic(err)
	}
	fmt.Println(correction.Adjust(0.9))
	// Output: 0.6
}

func ExampleDecompose() {
	d, err := kpi.Decompose([]kpi.Stratum{
		{Name: "easy", HitsBefore: 81, TrialsBefore: 90, HitsAfter: 19, TrialsAfter: 20},
		{Name: "hard", HitsBefore: 5, TrialsBefore: 10, HitsAfter: 44, TrialsAfter: 80},
	})
	if err != nil {
		panic(err)
	}
	fmt.Printf("%+.3f = mix %+.3f, rate %+.3f; paradox: %t\n", d.Total, d.Mix, d.Rate, d.Paradox)
	// Output: -0.230 = mix -0.280, rate +0.050; paradox: true
}

func ExampleBoxPlot() {
	b, err := kpi.BoxPlot([]float64{6, 7, 8, 9, 10, 14.5, 15, 40})
	if err != nil {
		panic(err)
	}
	fmt.Println(b.Low, b.Q1, b.Median, b.Q3, b.High, b.Outliers)
	// Output: 6 7.75 9.5 14.625 15 [40]
}

func ExampleSynergies() {
	uses := []kpi.Use{}
	for i := range 20 {
		uses = append(uses,
			kpi.Use{Patterns: []string{"retry", "timeout"}, Success: i < 18},
			kpi.Use{Patterns: []string{"retry"}, Success: i < 8})
	}
	pairs, err := kpi.Synergies(uses)
	if err != nil {
		panic(err)
	}
	for _, p := range pairs {
		fmt.Printf("%s with %s: %+.2f, p = %.4f\n", p.A, p.B, *p.Uplift, *p.P)
	}
	// Output: retry with timeout: +0.50, p = 0.0022
}
