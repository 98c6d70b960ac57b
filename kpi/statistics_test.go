package kpi_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/kpi"
)

func TestWhatCannotBeComputedIsAnError(t *testing.T) {
	t.Parallel()

	interval := func(f func(hits, trials int64) (kpi.Interval, error), hits, trials int64) func() error {
		return func() error { _, err := f(hits, trials); return err }
	}
	for name, c := range map[string]struct {
		call   func() error
		noData bool
	}{
		"Wilson without trials":           {interval(kpi.Wilson, 0, 0), true},
		"Wilson of more hits than trials": {interval(kpi.Wilson, 2, 1), false},
		"Wilson of negative hits":         {interval(kpi.Wilson, -1, 1), false},
		"Clopper-Pearson without trials":  {interval(kpi.ClopperPearson, 0, 0), true},
		"Jeffreys without trials":         {interval(kpi.Jeffreys, 0, 0), true},
		"Newcombe without trials":         {func() error { _, err := kpi.Newcombe(1, 2, 0, 0); return err }, true},
		"Newcombe of negative hits":       {func() error { _, err := kpi.Newcombe(-1, 2, 0, 1); return err }, false},
		"Fisher without trials":           {func() error { _, err := kpi.Fisher(0, 0, 1, 2); return err }, true},
		"Fisher of too many trials":       {func() error { _, err := kpi.Fisher(1, 1<<50, 1, 2); return err }, false},
		"Garwood of negative events":      {func() error { _, err := kpi.Garwood(-1); return err }, false},
		"rate ratio with nothing":         {interval(kpi.RateRatio, 1, 0), true},
		"rate ratio of negative events":   {interval(kpi.RateRatio, -1, 1), false},
		"Student of one value":            {func() error { _, err := kpi.Student(1, 0, 1); return err }, true},
		"Student of no number":            {func() error { _, err := kpi.Student(math.NaN(), 0, 3); return err }, false},
		"quantile of nothing":             {func() error { _, err := kpi.Quantile(nil, 0.5); return err }, true},
		"quantile beyond 1":               {func() error { _, err := kpi.Quantile([]float64{1}, 1.1); return err }, false},
		"quantile NaN":                    {func() error { _, err := kpi.Quantile([]float64{1}, math.NaN()); return err }, false},
		"Kish without weight":             {func() error { _, err := kpi.Kish([]kpi.Weighted{{Value: 1}}); return err }, true},
		"Kish with a negative weight":     {func() error { _, err := kpi.Kish([]kpi.Weighted{{Value: 1, Weight: -1}}); return err }, false},
		"adjusting a p beyond 1":          {func() error { _, err := kpi.BenjaminiHochberg([]float64{0.5, 2}); return err }, false},
		"trend to infinity":               {func() error { _, err := kpi.MannKendall([]float64{1, math.Inf(1)}); return err }, false},
		"calibration of nothing":          {func() error { _, err := kpi.Calibration(nil, kpi.CalibrationOptions{}); return err }, true},
		"calibration in percent": {func() error {
			_, err := kpi.Calibration([]kpi.Sample{{Confidence: 85}}, kpi.CalibrationOptions{})
			return err
		}, false},
		"calibration of no number": {func() error {
			_, err := kpi.Calibration([]kpi.Sample{{Confidence: math.NaN()}}, kpi.CalibrationOptions{})
			return err
		}, false},
		"calibration in negative bins": {func() error {
			_, err := kpi.Calibration([]kpi.Sample{{Confidence: 1}}, kpi.CalibrationOptions{Bins: -1})
			return err
		}, false},
	} {
		err := c.call()
		require.Error(t, err, name)
		assert.Equal(t, c.noData, errors.Is(err, kpi.ErrNoData), "%s: %v", name, err)
	}
}

func TestSumDoesNotDrift(t *testing.T) {
	t.Parallel()

	tenths := slices.Repeat([]float64{0.1}, 10)
	assert.Equal(t, 1.0, kpi.Sum(tenths))
	assert.Equal(t, 2.0, kpi.Sum([]float64{1, 1e100, 1, -1e100}))
	assert.Equal(t, 0.0, kpi.Sum(nil))
}

func TestBoundsAreExactAtTheExtremes(t *testing.T) {
	t.Parallel()

	for _, n := range []int64{1, 7, 30, 1000, 1_000_000} {
		for name, f := range map[string]func(hits, trials int64) (kpi.Interval, error){
			"Wilson": kpi.Wilson, "ClopperPearson": kpi.ClopperPearson, "Jeffreys": kpi.Jeffreys,
		} {
			none, err := f(0, n)
			require.NoError(t, err)
			assert.Zero(t, none.Lower, "%s(0, %d)", name, n)
			all, err := f(n, n)
			require.NoError(t, err)
			assert.Equal(t, 1.0, all.Upper, "%s(%d, %d)", name, n, n)
		}
	}
}

func TestTargetsCompareExactly(t *testing.T) {
	t.Parallel()

	target := map[kpi.ID]kpi.Target{}
	for _, d := range kpi.Definitions() {
		target[d.ID] = d.Target
	}
	for name, c := range map[string]struct {
		got, want bool
	}{
		"17 of 20 are at least 85 %":         {target[kpi.SuccessRate].MeetsRatio(17, 20), true},
		"6 of 40 are not below 15 %":         {target[kpi.CompilationErrorRate].MeetsRatio(6, 40), false},
		"20 of 400 are not below 5 %":        {target[kpi.TestFailureRate].MeetsRatio(20, 400), false},
		"8 of 10 are not above 80 %":         {target[kpi.UserAdoption].MeetsRatio(8, 10), false},
		"7 of 10 are at least 70 %":          {target[kpi.PatternSuccessRate].MeetsRatio(7, 10), true},
		"all of 3 are 100 %":                 {target[kpi.PatternCoverage].MeetsRatio(3, 3), true},
		"all but one of a billion are not":   {target[kpi.PatternCoverage].MeetsRatio(999_999_999, 1_000_000_000), false},
		"one short of 85 % in a quintillion": {target[kpi.SuccessRate].MeetsRatio(849_999_999_999_999_999, 1_000_000_000_000_000_000), false},
		"36000 s are not above 10 h":         {target[kpi.ROIPerPattern].MeetsRatio(36000, 3600), false},
		"nothing of nothing":                 {target[kpi.SuccessRate].MeetsRatio(0, 0), false},
		"ten times 0.1 are at least 1":       {kpi.Target{Op: kpi.AtLeast, Value: 1}.Meets(0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1 + 0.1), true},
		"0.7 - 0.6 is not below 0.1":         {target[kpi.CalibrationError].Meets(0.7 - 0.6), false},
		"2 patterns are in range":            {target[kpi.PatternsPerGen].Meets(2), true},
		"5 patterns are in range":            {target[kpi.PatternsPerGen].MeetsRatio(10, 2), true},
		"5.1 patterns are not":               {target[kpi.PatternsPerGen].MeetsRatio(51, 10), false},
		"1 pattern is not":                   {target[kpi.PatternsPerGen].MeetsRatio(1, 1), false},
		"10 findings are not below 10":       {target[kpi.HighSeverityIssues].Meets(10), false},
		"a value judges no trend":            {target[kpi.BugDetectionTrend].Meets(-1), false},
		"nor does a ratio":                   {target[kpi.BugDetectionTrend].MeetsRatio(1, 2), false},
		"exactly 1":                          {target[kpi.PatternCoverage].Meets(1), true},
	} {
		assert.Equal(t, c.want, c.got, name)
	}
}

// randomSamples are confidences of a few places, so that ties occur.
func randomSamples(r *rand.Rand) []kpi.Sample {
	samples := make([]kpi.Sample, 1+r.IntN(300))
	for i := range samples {
		c := float64(r.IntN(101)) / 100
		samples[i] = kpi.Sample{Confidence: c, Success: r.Float64() < c*c}
	}
	return samples
}

func TestCalibrationKeepsItsInvariants(t *testing.T) {
	t.Parallel()

	const rounding = 1e-12
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 2))
		samples := randomSamples(r)
		for name, o := range map[string]kpi.CalibrationOptions{
			"equal width": {}, "right closed": {RightClosed: true}, "equal mass": {EqualMass: true}, "three bins": {Bins: 3},
		} {
			c, err := kpi.Calibration(samples, o)
			require.NoError(t, err)

			var n int64
			for _, b := range c.Bins {
				n += b.N
			}
			assert.Equal(t, int64(len(samples)), n, "%s: bins hold all samples", name)
			assert.LessOrEqual(t, math.Abs(c.Bias), c.ECE+rounding, "%s: |bias| ≤ ECE", name)
			assert.LessOrEqual(t, c.ECE, c.RMSCE+rounding, "%s: ECE ≤ RMSCE", name)
			assert.LessOrEqual(t, c.RMSCE, c.MCE+rounding, "%s: RMSCE ≤ MCE", name)
			p := c.Parts
			assert.InDelta(t, c.Brier, p.Reliability-p.Resolution+p.Uncertainty+p.WithinVariance-p.WithinCovariance, rounding,
				"%s: the parts are the Brier score", name)

			shuffled := slices.Clone(samples)
			r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
			again, err := kpi.Calibration(shuffled, o)
			require.NoError(t, err)
			assert.Equal(t, c, again, "%s: order shows", name)
		}
	}
}

func TestMergingBinsNeverRaisesTheCalibrationError(t *testing.T) {
	t.Parallel()

	for seed := range uint64(300) {
		samples := randomSamples(rand.New(rand.NewPCG(seed, 3)))
		fine, err := kpi.Calibration(samples, kpi.CalibrationOptions{Bins: 20})
		require.NoError(t, err)
		coarse, err := kpi.Calibration(samples, kpi.CalibrationOptions{Bins: 10})
		require.NoError(t, err)
		assert.LessOrEqual(t, coarse.ECE, fine.ECE+1e-12)
	}
}

func TestMergedTalliesAreTheTallyOfAll(t *testing.T) {
	t.Parallel()

	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 4))
		samples := randomSamples(r)
		cut := r.IntN(len(samples))
		var all, left, right kpi.Tally
		for i, s := range samples {
			require.NoError(t, all.Add(s))
			if i < cut {
				require.NoError(t, left.Add(s))
			} else {
				require.NoError(t, right.Add(s))
			}
		}
		var merged kpi.Tally
		merged.Merge(left)
		merged.Merge(right)
		want, err := all.Calibration(kpi.CalibrationOptions{})
		require.NoError(t, err)
		got, err := merged.Calibration(kpi.CalibrationOptions{})
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
}

func TestEdgesOfBins(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		confidence float64
		options    kpi.CalibrationOptions
		bin        int
	}{
		"an edge belongs to the bin above":            {0.3, kpi.CalibrationOptions{}, 3},
		"an edge belongs below when right closed":     {0.3, kpi.CalibrationOptions{RightClosed: true}, 2},
		"1 is in the last bin":                        {1, kpi.CalibrationOptions{}, 9},
		"0 is in the first":                           {0, kpi.CalibrationOptions{}, 0},
		"0 is in the first when right closed":         {0, kpi.CalibrationOptions{RightClosed: true}, 0},
		"0.29 of 100 bins, where int(c·100) says 28":  {0.29, kpi.CalibrationOptions{Bins: 100}, 29},
		"0.57 of 100 bins, where int(c·100) says 56":  {0.57, kpi.CalibrationOptions{Bins: 100}, 57},
		"0.7 lies on the edge that is written as 0.7": {0.7, kpi.CalibrationOptions{}, 7},
	} {
		r, err := kpi.Calibration([]kpi.Sample{{Confidence: c.confidence}}, c.options)
		require.NoError(t, err)
		for i, b := range r.Bins {
			assert.Equal(t, i == c.bin, b.N == 1, "%s: bin %d", name, i)
		}
	}
}

func TestEqualMassNeverSplitsTies(t *testing.T) {
	t.Parallel()

	var samples []kpi.Sample
	for _, c := range []float64{0.5, 0.5, 0.5, 0.5, 0.9, 0.92, 1, 1} {
		samples = append(samples, kpi.Sample{Confidence: c, Success: true})
	}
	r, err := kpi.Calibration(samples, kpi.CalibrationOptions{Bins: 4, EqualMass: true})
	require.NoError(t, err)
	var counts []int64
	for _, b := range r.Bins {
		counts = append(counts, b.N)
	}
	assert.Equal(t, []int64{4, 0, 2, 2}, counts)
}

func TestTrendOfFewPeriods(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		values []float64
		want   kpi.Verdict
	}{
		"none":                        {nil, kpi.VerdictTooFewData},
		"one":                         {[]float64{1}, kpi.VerdictTooFewData},
		"four that fall":              {[]float64{4, 3, 2, 1}, kpi.VerdictTooFewData},
		"five that fall":              {[]float64{5, 4, 3, 2, 1}, kpi.Decreasing},
		"five that rise, one missing": {[]float64{1, math.NaN(), 2, 3, 4, 5}, kpi.Increasing},
		"seven that waver":            {[]float64{1, 2, 1, 2, 1, 2, 1}, kpi.VerdictTooFewData},
		"eight that waver":            {[]float64{1, 2, 1, 2, 1, 2, 1, 2}, kpi.NoTrend},
		"eight alike":                 {[]float64{3, 3, 3, 3, 3, 3, 3, 3}, kpi.NoTrend},
	} {
		got, err := kpi.MannKendall(c.values)
		require.NoError(t, err)
		assert.Equal(t, c.want, got.Verdict, name)
	}
}

func TestStableIsMoreThanNoTrend(t *testing.T) {
	t.Parallel()

	level, err := kpi.MannKendall([]float64{100, 101, 100, 99, 100, 101, 99, 100, 100, 101, 100, 99})
	require.NoError(t, err)
	assert.True(t, level.Stable)

	wild, err := kpi.MannKendall([]float64{1, 200, 3, 90, 2, 150, 7, 1, 300, 2, 80, 5})
	require.NoError(t, err)
	assert.Equal(t, kpi.NoTrend, wild.Verdict)
	assert.False(t, wild.Stable)
}

func TestPeriodsThatFollowTheirNeighboursAreNamed(t *testing.T) {
	t.Parallel()

	wave, err := kpi.MannKendall([]float64{1, 3, 6, 8, 9, 8, 6, 3, 1, 2, 5, 7, 9, 10, 7, 4, 2, 1, 3, 6})
	require.NoError(t, err)
	assert.True(t, wave.Autocorrelated, "each week resembles the one before")

	mixed, err := kpi.MannKendall([]float64{3, 7, 6, 2, 9, 8, 1, 4, 10, 5, 5, 2, 8, 9, 6, 1, 3, 7, 4, 10})
	require.NoError(t, err)
	assert.False(t, mixed.Autocorrelated)
}

func TestMissingPeriodsKeepTheirPlace(t *testing.T) {
	t.Parallel()

	got, err := kpi.MannKendall([]float64{0, math.NaN(), math.NaN(), 3})
	require.NoError(t, err)
	assert.InDelta(t, 1, *got.Slope, 1e-12, "slope per period, missing ones counted")
}

func TestMirroredSeriesMirrorTheTrend(t *testing.T) {
	t.Parallel()

	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 5))
		x := make([]float64, 2+r.IntN(40))
		for i := range x {
			x[i] = float64(r.IntN(6))
		}
		there, err := kpi.MannKendall(x)
		require.NoError(t, err)
		slices.Reverse(x)
		back, err := kpi.MannKendall(x)
		require.NoError(t, err)
		assert.Equal(t, there.S, -back.S)
		assert.Equal(t, there.P, back.P)
		assert.True(t, there.P > 0 && there.P <= 1)
	}
}

func TestKishOfEqualWeightsIsThePlainMean(t *testing.T) {
	t.Parallel()

	got, err := kpi.Kish([]kpi.Weighted{{0.5, 4}, {0.7, 4}, {0.9, 4}, {0, 0}})
	require.NoError(t, err)
	assert.Equal(t, 3, got.N)
	assert.InDelta(t, 0.7, got.Mean, 1e-15)
	assert.InDelta(t, 3, got.Effective, 1e-12)
	plain, err := kpi.Student(0.7, 0.2, 3)
	require.NoError(t, err)
	assert.InDelta(t, plain.Lower, got.Interval().Lower, 1e-12)
	assert.InDelta(t, plain.Upper, got.Interval().Upper, 1e-12)

	one, err := kpi.Kish([]kpi.Weighted{{0.5, 4}})
	require.NoError(t, err)
	assert.Nil(t, one.Interval(), "one value says nothing about its spread")
}

func FuzzQuantile(f *testing.F) {
	f.Add(1.0, 2.0, 3.0, 0.5)
	f.Fuzz(func(t *testing.T, a, b, c, q float64) {
		values := []float64{a, b, c}
		for _, v := range values {
			if math.IsNaN(v) || math.Abs(v) > 1e300 {
				t.Skip()
			}
		}
		got, err := kpi.Quantile(values, q)
		if !(q >= 0 && q <= 1) {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		assert.GreaterOrEqual(t, got, slices.Min(values))
		assert.LessOrEqual(t, got, slices.Max(values))
	})
}

func FuzzProportionIntervals(f *testing.F) {
	f.Add(int64(3), int64(10))
	f.Fuzz(func(t *testing.T, hits, trials int64) {
		if trials < 1 || trials > 1e9 || hits < 0 || hits > trials {
			t.Skip()
		}
		p := float64(hits) / float64(trials)
		for name, interval := range map[string]func(int64, int64) (kpi.Interval, error){
			"Wilson": kpi.Wilson, "ClopperPearson": kpi.ClopperPearson,
		} {
			i, err := interval(hits, trials)
			require.NoError(t, err)
			assert.GreaterOrEqual(t, i.Lower, 0.0, name)
			assert.LessOrEqual(t, i.Upper, 1.0, name)
			assert.LessOrEqual(t, i.Lower, p+1e-12, name)
			assert.GreaterOrEqual(t, i.Upper, p-1e-12, name)
		}
	})
}
