package kpi_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/metrics"
)

func TestGateStopsOnlyWhatIsProven(t *testing.T) {
	t.Parallel()

	good := kpi.Result{Status: kpi.Met, Evidence: kpi.Conclusive}
	for name, c := range map[string]struct {
		result kpi.Result
		want   int
	}{
		"met":                     {good, kpi.GatePassed},
		"missed beyond chance":    {kpi.Result{Status: kpi.NotMet, Evidence: kpi.Conclusive}, kpi.GateMissed},
		"missed, maybe by chance": {kpi.Result{Status: kpi.NotMet, Evidence: kpi.Inconclusive}, kpi.GatePassed},
		"contradictory rows":      {kpi.Result{Status: kpi.InvalidData}, kpi.GateMissed},
		"too little data":         {kpi.Result{Status: kpi.InsufficientData}, kpi.GateTooLittle},
		"no data":                 {kpi.Result{Status: kpi.NoData}, kpi.GatePassed},
		"no source":               {kpi.Result{Status: kpi.Unavailable}, kpi.GatePassed},
	} {
		assert.Equal(t, c.want, kpi.Report{KPIs: []kpi.Result{good, c.result, good}}.Gate(), name)
	}
	assert.Equal(t, kpi.GateMissed, kpi.Report{KPIs: []kpi.Result{
		{Status: kpi.InsufficientData}, {Status: kpi.NotMet, Evidence: kpi.Conclusive},
	}}.Gate(), "a miss weighs more than too little data")
}

// simulations is how many samples a simulation draws: enough to see half a
// percent.
const simulations = 20_000

func TestIntervalsCoverTheTruth(t *testing.T) {
	t.Parallel()

	r := rand.New(rand.NewPCG(2026, 1))
	for name, c := range map[string]struct {
		interval func(hits, trials int64) (kpi.Interval, error)
		low      float64
		high     float64
	}{
		// Over proportions drawn evenly the mean coverage of Wilson and
		// Jeffreys is 95 %; Clopper-Pearson promises at least as much.
		"Wilson":          {kpi.Wilson, 0.94, 0.965},
		"Jeffreys":        {kpi.Jeffreys, 0.94, 0.965},
		"Clopper-Pearson": {kpi.ClopperPearson, 0.95, 1},
	} {
		covered := 0
		for range simulations {
			n, p := int64(10+r.IntN(300)), r.Float64()
			i, err := c.interval(binomial(r, n, p), n)
			require.NoError(t, err)
			if i.Lower <= p && p <= i.Upper {
				covered++
			}
		}
		rate := float64(covered) / simulations
		assert.GreaterOrEqual(t, rate, c.low, name)
		assert.LessOrEqual(t, rate, c.high, name)
	}
}

func TestDifferencesCoverTheTruth(t *testing.T) {
	t.Parallel()

	r := rand.New(rand.NewPCG(2026, 2))
	covered := 0
	for range simulations {
		n, m, p, q := int64(30+r.IntN(200)), int64(30+r.IntN(200)), r.Float64(), r.Float64()
		i, err := kpi.Newcombe(binomial(r, n, p), n, binomial(r, m, q), m)
		require.NoError(t, err)
		if i.Lower <= p-q && p-q <= i.Upper {
			covered++
		}
	}
	assert.InDelta(t, 0.9525, float64(covered)/simulations, 0.0125)
}

func TestMeansCoverTheTruth(t *testing.T) {
	t.Parallel()

	r := rand.New(rand.NewPCG(2026, 3))
	covered := 0
	for range simulations {
		n := 5 + r.IntN(60)
		var total, squares float64
		for range n {
			x := r.NormFloat64()
			total += x
			squares += x * x
		}
		mean := total / float64(n)
		i, err := kpi.Student(mean, sampleSD(total, squares, n), int64(n))
		require.NoError(t, err)
		if i.Lower <= 0 && 0 <= i.Upper {
			covered++
		}
	}
	assert.InDelta(t, 0.95, float64(covered)/simulations, 0.01)
}

func TestCountsCoverTheTruth(t *testing.T) {
	t.Parallel()

	r := rand.New(rand.NewPCG(2026, 4))
	covered := 0
	for range simulations {
		mean := 1 + 30*r.Float64()
		i, err := kpi.Garwood(poisson(r, mean))
		require.NoError(t, err)
		if i.Lower <= mean && mean <= i.Upper {
			covered++
		}
	}
	assert.GreaterOrEqual(t, float64(covered)/simulations, 0.95, "exact: at least 95 %")
}

// simulatedReports is how many reports each simulation of the gate draws. More
// say more:
//
//	go test ./kpi -v -run GateRarely -reports 20000
var simulatedReports = flag.Int("reports", 1000, "how many reports a simulation of the gate draws")

// borderline draws rows of processes that all are exactly on their targets, the
// hardest case that must pass: ten KPIs are samples of them.
func borderline(r *rand.Rand, success, confidence float64) kpi.Data {
	n := 20 + r.IntN(300)
	d := kpi.Data{
		Generations: with(generations(n, 0), func(_ int, g *metrics.CodeGeneration) {
			// Confidence and success differ by the 0.10 that calibration may.
			shift := float64(r.IntN(5)-2) / 40
			works := r.Float64() < success+shift
			g.Success, g.Confidence = &works, ptr(confidence+shift)
			g.PatternsCount = ptr(poisson(r, 2))
			if !works { // the two KPIs hang together
				g.CompilationError = ptr("E: x")
			}
		}),
		CodeReviews: found(int(poisson(r, 10)), metrics.SeverityHigh),
		Deployments: old(20),
	}
	weeks := make([]int, 12)
	for i := range weeks {
		weeks[i] = int(poisson(r, 3))
	}
	d.Bugs = weekly(weeks...)
	for i := range 5 + r.IntN(40) {
		applied := int64(1 + r.IntN(40))
		e := period("a", applied, binomial(r, applied, 0.7), 0.6+0.4*r.Float64())
		e.PeriodStart, e.PeriodEnd = ago(float64(i%25+2)), ago(float64(i%25+1))
		d.Effectiveness = append(d.Effectiveness, e)
	}
	executed := int64(20 + r.IntN(400))
	failed := binomial(r, executed, 0.05)
	d.Performance = runs(fmt.Sprintf(`{"failed":%d,"passed":%d}`, failed, executed-failed))
	return d
}

func TestGateRarelyStopsProcessesThatAreOnTheirTargets(t *testing.T) {
	t.Parallel()

	for name, process := range map[string]struct{ success, confidence float64 }{
		"too modest":    {0.85, 0.75}, // the average confidence is on its target, too
		"too confident": {0.85, 0.95},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			r := rand.New(rand.NewPCG(2026, 5))
			stopped, unlucky := 0, 0
			for range *simulatedReports {
				report, err := kpi.Evaluate(borderline(r, process.success, process.confidence), kpi.Query{AsOf: asOf})
				require.NoError(t, err)
				if report.Gate() == kpi.GateMissed {
					stopped++
				}
				if slices.ContainsFunc(report.KPIs, func(k kpi.Result) bool {
					return k.Status == kpi.NotMet && k.Evidence == kpi.Conclusive
				}) {
					unlucky++
				}
			}
			t.Logf("%d reports: %d stopped, %d with a conclusive miss", *simulatedReports, stopped, unlucky)
			assert.LessOrEqual(t, float64(stopped)/float64(*simulatedReports), 0.05)
		})
	}
}

func TestGateStopsAProcessThatIsFarFromItsTarget(t *testing.T) {
	t.Parallel()

	r := rand.New(rand.NewPCG(2026, 7))
	const reports = 50
	stopped := 0
	for range reports {
		d := borderline(r, 0.85, 0.75)
		executed := int64(200)
		failed := binomial(r, executed, 0.15)
		d.Performance = runs(fmt.Sprintf(`{"failed":%d,"passed":%d}`, failed, executed-failed))
		report, err := kpi.Evaluate(d, kpi.Query{AsOf: asOf})
		require.NoError(t, err)
		if report.Gate() == kpi.GateMissed {
			stopped++
		}
	}
	assert.GreaterOrEqual(t, stopped, reports*9/10, "one bad KPI among ten still stops the build")
}

func TestPerfectSourceIsRarelyCalledMiscalibrated(t *testing.T) {
	t.Parallel()

	r := rand.New(rand.NewPCG(2026, 6))
	const sources = 2000
	for _, n := range []int{30, 100, 500} {
		rejected := 0
		for range sources {
			samples := make([]kpi.Sample, n)
			for i := range samples {
				c := r.Float64()
				samples[i] = kpi.Sample{Confidence: c, Success: r.Float64() < c}
			}
			c, err := kpi.Calibration(samples, kpi.CalibrationOptions{})
			require.NoError(t, err)
			if c.P <= 0.05 {
				rejected++
			}
		}
		assert.LessOrEqual(t, float64(rejected)/sources, 0.08, "%d samples", n)
	}
}
