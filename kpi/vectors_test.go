package kpi_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/kpi"
)

// vectors is testdata/vectors.json, which testdata/vectors.py wrote with
// scipy, statsmodels and scikit-learn.
type vectors struct {
	Proportions []struct {
		Hits, Trials   int64
		Wilson         [2]float64
		ClopperPearson [2]float64 `json:"clopper_pearson"`
		Jeffreys       [2]float64
	}
	Pairs []struct {
		A, N, B, M int64
		Newcombe   [2]float64
		Fisher     float64
	}
	Means []struct {
		Values    []float64
		Mean, SD  float64
		Interval  [2]float64
		Quantiles [6]float64
	}
	Student []struct{ Freedom, Quantile float64 }
	Poisson []struct {
		Count   int64
		Garwood [2]float64
	}
	Ratios []struct {
		A, B     int64
		Interval [2]float64
	}
	Trends []struct {
		Values []float64
		S      int64
		P      *float64
		Slope  [3]float64
	}
	Calibrations []struct {
		Confidence []float64
		Success    []bool
		Bins       []int64
		ECE        float64
		MCE        float64
		RMSCE      float64
		Bias       float64
		NoiseFloor float64 `json:"noise_floor"`
		NoiseSD    float64 `json:"noise_sd"`
		P          float64
		Brier      float64
		LogLoss    float64 `json:"log_loss"`
		AUROC      float64

		DebiasedSquared float64        `json:"debiased_squared"`
		BrierParts      kpi.BrierParts `json:"brier_parts"`
	}
	Adjusted    []struct{ P, Adjusted []float64 }
	Corrections []struct {
		Confidence             []float64
		Success                []bool
		Asked, Isotonic, Platt []float64
	}
	Weighted []struct {
		Values, Weights        []float64
		Mean, Error, Effective float64
		Interval               [2]float64
	}
	Chances []struct {
		KPI    kpi.ID
		Hits   int
		Trials int
		Chance float64
	}
}

func readVectors(t *testing.T) vectors {
	t.Helper()
	data, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var v vectors
	require.NoError(t, json.Unmarshal(data, &v))
	return v
}

// near demands ten digits.
func near(t *testing.T, want, got float64, msg string, args ...any) {
	t.Helper()
	assert.InDelta(t, want, got, 1e-10*math.Max(1, math.Abs(want)), append([]any{msg}, args...)...)
}

func nearInterval(t *testing.T, want [2]float64, got kpi.Interval, msg string, args ...any) {
	t.Helper()
	near(t, want[0], got.Lower, msg, args...)
	near(t, want[1], got.Upper, msg, args...)
	assert.LessOrEqual(t, got.Lower, got.Upper, append([]any{msg}, args...)...)
}

func TestProportionsAgreeWithStatsmodels(t *testing.T) {
	t.Parallel()

	for _, v := range readVectors(t).Proportions {
		wilson, err := kpi.Wilson(v.Hits, v.Trials)
		require.NoError(t, err)
		nearInterval(t, v.Wilson, wilson, "Wilson(%d, %d)", v.Hits, v.Trials)

		exact, err := kpi.ClopperPearson(v.Hits, v.Trials)
		require.NoError(t, err)
		nearInterval(t, v.ClopperPearson, exact, "ClopperPearson(%d, %d)", v.Hits, v.Trials)

		jeffreys, err := kpi.Jeffreys(v.Hits, v.Trials)
		require.NoError(t, err)
		nearInterval(t, v.Jeffreys, jeffreys, "Jeffreys(%d, %d)", v.Hits, v.Trials)
	}
}

func TestPairsAgreeWithStatsmodelsAndScipy(t *testing.T) {
	t.Parallel()

	for _, v := range readVectors(t).Pairs {
		newcombe, err := kpi.Newcombe(v.A, v.N, v.B, v.M)
		require.NoError(t, err)
		nearInterval(t, v.Newcombe, newcombe, "Newcombe(%d, %d, %d, %d)", v.A, v.N, v.B, v.M)

		p, err := kpi.Fisher(v.A, v.N, v.B, v.M)
		require.NoError(t, err)
		near(t, v.Fisher, p, "Fisher(%d, %d, %d, %d)", v.A, v.N, v.B, v.M)
	}
}

func TestMeansAgreeWithScipyAndNumpy(t *testing.T) {
	t.Parallel()

	for _, v := range readVectors(t).Means {
		n := int64(len(v.Values))
		got, err := kpi.Student(v.Mean, v.SD, n)
		require.NoError(t, err)
		nearInterval(t, v.Interval, got, "Student of %d values", n)

		for i, q := range []float64{0, 0.25, 0.5, 0.9, 0.95, 1} {
			got, err := kpi.Quantile(v.Values, q)
			require.NoError(t, err)
			near(t, v.Quantiles[i], got, "Quantile(%v) of %d values", q, n)
		}
	}
}

func TestStudentQuantileAgreesWithScipy(t *testing.T) {
	t.Parallel()

	for _, v := range readVectors(t).Student {
		near(t, v.Quantile, kpi.TQuantile(v.Freedom), "97.5 %% of t with %v degrees of freedom", v.Freedom)
	}
}

func TestRatesAgreeWithScipy(t *testing.T) {
	t.Parallel()

	all := readVectors(t)
	for _, v := range all.Poisson {
		got, err := kpi.Garwood(v.Count)
		require.NoError(t, err)
		nearInterval(t, v.Garwood, got, "Garwood(%d)", v.Count)
	}
	for _, v := range all.Ratios {
		got, err := kpi.RateRatio(v.A, v.B)
		require.NoError(t, err)
		nearInterval(t, v.Interval, got, "RateRatio(%d, %d)", v.A, v.B)
	}
}

func TestTrendsAgreeWithScipyAndBruteForce(t *testing.T) {
	t.Parallel()

	for _, v := range readVectors(t).Trends {
		got, err := kpi.MannKendall(v.Values)
		require.NoError(t, err)
		assert.Equal(t, v.S, got.S, "S of %v", v.Values)
		if v.P != nil {
			near(t, *v.P, got.P, "p of %v", v.Values)
		}
		near(t, v.Slope[0], *got.Slope, "slope of %v", v.Values)
		nearInterval(t, [2]float64(v.Slope[1:]), *got.SlopeInterval, "slopes of %v", v.Values)
	}
}

func TestCalibrationAgreesWithNumpyAndScikitLearn(t *testing.T) {
	t.Parallel()

	for _, v := range readVectors(t).Calibrations {
		samples := make([]kpi.Sample, len(v.Confidence))
		for i, c := range v.Confidence {
			samples[i] = kpi.Sample{Confidence: c, Success: v.Success[i]}
		}
		got, err := kpi.Calibration(samples, kpi.CalibrationOptions{})
		require.NoError(t, err)

		bins := make([]int64, len(got.Bins))
		for i, b := range got.Bins {
			bins[i] = b.N
		}
		assert.Equal(t, v.Bins, bins, "bins of %d samples", len(samples))
		for name, pair := range map[string][2]float64{
			"ECE": {v.ECE, got.ECE}, "MCE": {v.MCE, got.MCE}, "RMSCE": {v.RMSCE, got.RMSCE},
			"bias": {v.Bias, got.Bias}, "noise floor": {v.NoiseFloor, got.NoiseFloor},
			"noise sd": {v.NoiseSD, got.NoiseSD}, "p": {v.P, got.P}, "Brier score": {v.Brier, got.Brier},
			"log loss": {v.LogLoss, got.LogLoss}, "AUROC": {v.AUROC, *got.AUROC},
			"debiased squared error": {v.DebiasedSquared, got.DebiasedSquared},
			"reliability":            {v.BrierParts.Reliability, got.Parts.Reliability},
			"resolution":             {v.BrierParts.Resolution, got.Parts.Resolution},
			"uncertainty":            {v.BrierParts.Uncertainty, got.Parts.Uncertainty},
			"within variance":        {v.BrierParts.WithinVariance, got.Parts.WithinVariance},
			"within covariance":      {v.BrierParts.WithinCovariance, got.Parts.WithinCovariance},
		} {
			near(t, pair[0], pair[1], "%s of %d samples", name, len(samples))
		}
	}
}

func TestAdjustedPAgreesWithStatsmodels(t *testing.T) {
	t.Parallel()

	for _, v := range readVectors(t).Adjusted {
		got, err := kpi.BenjaminiHochberg(v.P)
		require.NoError(t, err)
		assert.InDeltaSlice(t, v.Adjusted, got, 1e-12, "BenjaminiHochberg(%v)", v.P)
	}
}

func TestCorrectionsAgreeWithScikitLearnAndStatsmodels(t *testing.T) {
	t.Parallel()

	for _, v := range readVectors(t).Corrections {
		var tally kpi.Tally
		for i, c := range v.Confidence {
			require.NoError(t, tally.Add(kpi.Sample{Confidence: c, Success: v.Success[i]}))
		}
		isotonic, err := kpi.FitIsotonic(tally)
		require.NoError(t, err)
		platt, err := kpi.FitPlatt(tally)
		require.NoError(t, err)
		for i, c := range v.Asked {
			near(t, v.Isotonic[i], isotonic.Adjust(c), "FitIsotonic of %d samples, Adjust(%v)", len(v.Success), c)
			near(t, v.Platt[i], platt.Adjust(c), "FitPlatt of %d samples, Adjust(%v)", len(v.Success), c)
		}
	}
}

func TestWeightedMeansAgreeWithStatsmodels(t *testing.T) {
	t.Parallel()

	for _, v := range readVectors(t).Weighted {
		values := make([]kpi.Weighted, len(v.Values))
		for i, x := range v.Values {
			values[i] = kpi.Weighted{Value: x, Weight: v.Weights[i]}
		}
		got, err := kpi.Kish(values)
		require.NoError(t, err)
		near(t, v.Mean, got.Mean, "mean of %d values", len(values))
		near(t, v.Error, *got.Error, "standard error of %d values", len(values))
		near(t, v.Effective, got.Effective, "effective number of %d values", len(values))
		nearInterval(t, v.Interval, *got.Interval(), "interval of %d values", len(values))
	}
}

func TestChancesAgreeWithScipy(t *testing.T) {
	t.Parallel()

	rows := map[kpi.ID]func(hits, trials int) kpi.Data{
		kpi.SuccessRate: func(hits, trials int) kpi.Data {
			return kpi.Data{Generations: generations(trials, hits)}
		},
		kpi.CompilationErrorRate: func(hits, trials int) kpi.Data {
			return kpi.Data{Generations: broken(generations(trials, 0), hits, "E: x")}
		},
		kpi.AverageConfidence: func(hits, trials int) kpi.Data {
			all := confident(generations(trials, 0), 0.5)
			return kpi.Data{Generations: append(all[hits:], confident(generations(hits, 0), 1)...)}
		},
		kpi.HighSeverityIssues: func(hits, _ int) kpi.Data {
			return kpi.Data{Deployments: old(20), CodeReviews: append(found(hits, "high"), found(1, "low")...)}
		},
	}
	for _, v := range readVectors(t).Chances {
		got := evaluate(t, v.KPI, rows[v.KPI](v.Hits, v.Trials), kpi.Query{})
		if assert.NotNil(t, got.Chance, v) {
			near(t, v.Chance, *got.Chance, "chance of %+v", v)
		}
	}
}
