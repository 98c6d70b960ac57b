package kpi_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

// attempts makes n generations so many days before asOf, of which so many are
// successes.
func attempts(days float64, n, successes int, project string, patterns ...string) []metrics.CodeGeneration {
	return with(generations(n, successes), func(_ int, g *metrics.CodeGeneration) {
		g.Timestamp, g.Project, g.PatternsApplied = ago(days), &project, append(metrics.Names{}, patterns...)
	})
}

// bugs makes n of a pattern.
func bugs(days float64, n int, pattern string) []metrics.Bug {
	all := make([]metrics.Bug, n)
	for i := range all {
		all[i] = metrics.Bug{Pattern: pattern, Error: fmt.Sprint(days, i), Count: 1, Timestamp: ago(days)}
	}
	return all
}

// retryHistory is a pattern that was introduced 100 days ago and improved 20
// days ago. Project "shop" took it up, "billing" did not.
func retryHistory() kpi.Data {
	d := libraryOf(map[int64][]string{1: {"retry", "retry"}, 2: {"other"}})
	d.Patterns[0].CreatedAt, d.Patterns[1].CreatedAt = ago(100), ago(20)
	d.Generations = numbered(slices.Concat(
		// The introduction: shop rises from 50 to 80 %, billing from 60 to 70.
		attempts(110, 50, 25, "shop"), attempts(110, 50, 30, "billing", "guard"),
		attempts(95, 20, 18, "shop", "retry"), attempts(95, 30, 22, "shop"), attempts(95, 50, 35, "billing"),
		// The second version: with it from 50 to 90 %, without it 60 to 60.
		attempts(25, 40, 20, "shop", "retry"), attempts(25, 40, 24, "shop", "guard"),
		attempts(20, 40, 36, "shop", "guard", "retry"), attempts(19, 40, 24, "billing"),
	))
	d.Bugs = slices.Concat(bugs(25, 20, "retry"), bugs(25, 20, "guard"), bugs(10, 5, "retry"), bugs(10, 20, "guard"))
	return d
}

func TestEffectsOfAPatternAndItsVersions(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := retryHistory()
		odd := attempts(22, 4, 4, "shop", "retry")
		odd[0].PatternsApplied, odd[1].Success = nil, nil
		odd[2].OrganizationID = ptr(int64(2))
		odd[3].Source = ptr(metrics.SourcePlanFile)
		d.Generations = numbered(slices.Concat(d.Generations, odd, attempts(0, 1, 1, "shop", "retry")))
		insert(t, db, d)

		got, err := kpi.Effects(t.Context(), db, kpi.Query{AsOf: asOf}, 1, "retry")
		require.NoError(t, err)
		assert.Equal(t, kpi.Quality{Rows: 362, Null: 2, Excluded: 1, Future: 1}, got.Quality)
		require.Len(t, got.Effects, 2)

		first := got.Effects[0]
		assert.Equal(t, int64(1), first.Version)
		assert.Equal(t, kpi.Window{Start: ago(130).Time, End: ago(100).Time}, first.Before)
		assert.Equal(t, kpi.Window{Start: ago(100).Time, End: ago(70).Time}, first.After)
		assert.Equal(t, kpi.BeforeAfter{Before: kpi.SuccessCount{Successes: 25, N: 50, Rate: ptr(0.5)}, After: kpi.SuccessCount{Successes: 40, N: 50, Rate: ptr(0.8)}},
			first.Success.Treated, "all generations of the project that took it up")
		assert.Equal(t, kpi.BeforeAfter{Before: kpi.SuccessCount{Successes: 30, N: 50, Rate: ptr(0.6)}, After: kpi.SuccessCount{Successes: 35, N: 50, Rate: ptr(0.7)}},
			first.Success.Control)
		assert.InDelta(t, 0.3, *first.Success.Difference, 1e-12)
		assert.InDelta(t, 0.2, *first.Success.Net, 1e-12)
		assert.Equal(t, kpi.EffectUnproven, first.Success.Verdict, "+20 points among 50 may be chance")
		assert.Equal(t, kpi.EffectTooFewData, first.Bugs.Verdict)

		second := got.Effects[1]
		assert.Equal(t, kpi.Window{Start: ago(20).Time, End: asOf}, second.After, "ends with as_of")
		assert.Equal(t, kpi.SuccessCount{Successes: 20, N: 40, Rate: ptr(0.5)}, second.Success.Treated.Before)
		assert.Equal(t, kpi.SuccessCount{Successes: 36, N: 40, Rate: ptr(0.9)}, second.Success.Treated.After, "the moment itself is after")
		assert.Equal(t, int64(40), second.Success.Control.After.N)
		want, err := kpi.Newcombe(36, 40, 20, 40)
		require.NoError(t, err)
		assert.Equal(t, &want, second.Success.DifferenceInterval)
		assert.InDelta(t, 0.4, *second.Success.Net, 1e-12)
		assert.Equal(t, kpi.EffectBetter, second.Success.Verdict)
		assert.Equal(t, kpi.Inconclusive, second.Success.Evidence, "the past is too short for a placebo")
		assert.Equal(t, kpi.Placebo{}, second.Success.Placebo)

		assert.Equal(t, kpi.BugCount{Bugs: 20, Others: 20, Generations: 82, Per100: ptr(100 * 20.0 / 82)}, second.Bugs.Before)
		assert.Equal(t, kpi.BugCount{Bugs: 5, Others: 20, Generations: 80, Per100: ptr(6.25)}, second.Bugs.After)
		assert.InDelta(t, 5.0/80*82/20, *second.Bugs.Ratio, 1e-12)
		assert.True(t, second.Bugs.RatioInterval.Excludes(1))
		assert.InDelta(t, 0.2-0.5, *second.Bugs.Net, 1e-12)
		p, err := kpi.Fisher(5, 25, 20, 40)
		require.NoError(t, err)
		assert.Equal(t, &p, second.Bugs.P)
		assert.Equal(t, kpi.EffectBetter, second.Bugs.Verdict)

		got, err = kpi.Effects(t.Context(), db, kpi.Query{AsOf: asOf, Project: "billing"}, 1, "retry")
		require.NoError(t, err)
		assert.Equal(t, kpi.ReasonFewRows, got.Effects[1].Success.Reason)
		_, err = kpi.Effects(t.Context(), db, kpi.Query{AsOf: asOf}, 2, "retry")
		require.EqualError(t, err, `kpi: effects: organization 2 has no pattern "retry"`)
		_, err = kpi.Effects(t.Context(), db, kpi.Query{AsOf: asOf, Organizations: []int64{2}}, 1, "retry")
		require.EqualError(t, err, `kpi: effects: organization 1 has no pattern "retry"`)
	})
}

// world is what a simulation draws from.
type world struct {
	seed   uint64
	rate   func(days float64, with bool) float64 // of success, so many days before asOf
	always bool                                  // all generations apply the pattern

	// unsteady makes the success with the pattern better or worse by up to 20
	// points, anew every two weeks.
	unsteady bool
}

// version is when the simulated version came, in days before asOf.
const version = 30

// simulate draws twelve generations a day for nine months, half of them with
// the pattern, and returns the effect of its second version.
func (w world) simulate() kpi.SuccessEffect {
	r := rand.New(rand.NewPCG(w.seed, 21))
	h := kpi.NewHistory([]time.Time{ago(600).Time, ago(version).Time}, asOf, 30)
	mood := 0.0
	for i := range 270 * 12 {
		if w.unsteady && i%(14*12) == 0 {
			mood = 0.4*r.Float64() - 0.2
		}
		days := 270 - (float64(i)+0.5)/12
		with := w.always || r.IntN(2) == 0
		h.Ended(ago(days).Time, "shop", with, r.Float64() < w.rate(days, with)+bonus(with, mood))
	}
	return h.Effects()[1].Success
}

// verdicts counts those of n simulations, and how often the net interval and
// the plain difference would have claimed an effect.
func (w world) verdicts(n int) (count map[kpi.EffectVerdict]int, net, plain int) {
	count = map[kpi.EffectVerdict]int{}
	for i := range n {
		w.seed = uint64(i)
		e := w.simulate()
		count[e.Verdict]++
		if e.NetInterval.Excludes(0) {
			net++
		}
		if e.DifferenceInterval.Excludes(0) {
			plain++
		}
	}
	return count, net, plain
}

func TestNoEffectIsRarelyFound(t *testing.T) {
	t.Parallel()

	for name, rate := range map[string]func(days float64, with bool) float64{
		"nothing ever happens":     func(float64, bool) float64 { return 0.7 },
		"the pattern always helps": func(_ float64, with bool) float64 { return 0.6 + bonus(with, 0.2) },
		"all gets better":          func(days float64, with bool) float64 { return 0.9 - days/600 + bonus(with, 0.05) },
		"all jumps with the version": func(days float64, with bool) float64 {
			return 0.6 + bonus(with, 0.1) + bonus(days < version, 0.15)
		},
	} {
		const n = 200
		count, net, plain := world{rate: rate}.verdicts(n)
		// Of 200 chances of 5 % more than 20 come true once in a thousand times.
		assert.LessOrEqual(t, net, 20, "%s: the interval alone errs in about one of twenty", name)
		assert.LessOrEqual(t, count[kpi.EffectBetter]+count[kpi.EffectWorse], 14, "%s: found", name)
		if name == "all jumps with the version" {
			assert.Greater(t, plain, n/2, "before and after alone credits the pattern with the jump")
		}
	}
}

// bonus is worth when there is one.
func bonus(has bool, worth float64) float64 {
	if has {
		return worth
	}
	return 0
}

func TestTrueEffectIsFound(t *testing.T) {
	t.Parallel()

	const n = 100
	better, _, _ := world{rate: func(days float64, with bool) float64 {
		return 0.7 - days/900 + bonus(with && days < version, 0.25)
	}}.verdicts(n)
	assert.GreaterOrEqual(t, better[kpi.EffectBetter], 90)
	worse, _, _ := world{rate: func(days float64, with bool) float64 {
		return 0.85 - days/900 - bonus(with && days < version, 0.25)
	}}.verdicts(n)
	assert.GreaterOrEqual(t, worse[kpi.EffectWorse], 90)

	e := world{seed: 1, rate: func(days float64, with bool) float64 { return 0.6 + bonus(with && days < version, 0.3) }}.simulate()
	assert.Equal(t, kpi.Conclusive, e.Evidence)
	assert.Equal(t, kpi.Placebo{Cuts: 29, P: ptr(1.0 / 30)}, e.Placebo, "one a week, from the 35th to the 231st day before")
}

func TestPlaceboStopsAnEffectOfAnUnsteadyPattern(t *testing.T) {
	t.Parallel()

	const n = 400
	fooled, found, conclusive := 0, 0, 0
	for seed := range uint64(n) {
		e := world{seed: seed, unsteady: true, rate: func(float64, bool) float64 { return 0.6 }}.simulate()
		if e.NetInterval.Excludes(0) {
			fooled++
		}
		if e.Evidence != "" {
			found++
		}
		if e.Evidence == kpi.Conclusive {
			conclusive++
		}
	}
	assert.Greater(t, fooled, n/5, "the interval alone")
	assert.Less(t, found, fooled/2, "the past was as unsteady")
	assert.LessOrEqual(t, conclusive, 32, "of those that promise one of twenty")
}

func TestEffectWithoutControlIsNotJudged(t *testing.T) {
	t.Parallel()

	e := world{always: true, rate: func(days float64, _ bool) float64 { return 0.5 + bonus(days < version, 0.3) }}.simulate()
	assert.Equal(t, kpi.Judgement{Verdict: kpi.EffectTooFewData, Reason: kpi.ReasonNoControl}, e.Judgement)
	assert.NotNil(t, e.Difference, "still shown")
	assert.Nil(t, e.Net)

	h := kpi.NewHistory([]time.Time{ago(40).Time}, asOf, 30)
	assert.Equal(t, kpi.ReasonFewRows, h.Effects()[0].Success.Reason)
	for range 20 {
		h.Found(ago(41).Time, true)
	}
	assert.Equal(t, kpi.ReasonNoControl, h.Effects()[0].Bugs.Reason)
}

// What a history counts between its edges is what a plain count over all rows
// finds, wherever versions and rows lie.
func TestEffectsCountWhatLiesInTheirWindows(t *testing.T) {
	t.Parallel()

	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 24))
		moments := make([]time.Time, 1+r.IntN(4))
		for i := range moments {
			moments[i] = ago(float64(r.IntN(60) + 1)).Time // several may coincide
		}
		slices.SortFunc(moments, time.Time.Compare)
		h := kpi.NewHistory(moments, asOf, 1+r.IntN(40))

		type row struct {
			at            time.Time
			with, success bool
		}
		var rows []row
		for range 300 {
			one := row{ago(float64(r.IntN(150)) / 2).Time, r.IntN(2) == 0, r.IntN(2) == 0}
			if w := h.Window(); one.at.Before(w.Start) || !one.at.Before(w.End) {
				continue
			}
			h.Ended(one.at, "shop", one.with, one.success)
			h.Found(one.at, one.with)
			rows = append(rows, one)
		}
		for i, e := range h.Effects() {
			count := func(w kpi.Window, with bool) (successes, n int64) {
				for _, one := range rows {
					if one.with != with || one.at.Before(w.Start) || !one.at.Before(w.End) {
						continue
					}
					n++
					if one.success {
						successes++
					}
				}
				return successes, n
			}
			for name, c := range map[string]struct {
				w         kpi.Window
				with      bool
				successes kpi.SuccessCount
				bugs      int64
			}{
				"treated before": {e.Before, true, e.Success.Treated.Before, e.Bugs.Before.Bugs},
				"treated after":  {e.After, true, e.Success.Treated.After, e.Bugs.After.Bugs},
				"control before": {e.Before, false, e.Success.Control.Before, e.Bugs.Before.Others},
				"control after":  {e.After, false, e.Success.Control.After, e.Bugs.After.Others},
			} {
				successes, n := count(c.w, c.with)
				assert.Equal(t, n, c.bugs, "seed %d, version %d, %s", seed, i, name)
				if i > 0 { // the first compares projects
					assert.Equal(t, []int64{successes, n}, []int64{c.successes.Successes, c.successes.N}, "seed %d, version %d, %s", seed, i, name)
				}
			}
		}
	}
}

// simulateBugs draws so many bugs a day of the pattern and of others over nine
// months, in heaps of a size, and returns the effect of the second version.
func simulateBugs(seed uint64, heap int, mean func(days float64, named bool) float64) kpi.BugEffect {
	r := rand.New(rand.NewPCG(seed, 22))
	h := kpi.NewHistory([]time.Time{ago(600).Time, ago(version).Time}, asOf, 30)
	for day := range 270 {
		at := ago(float64(day) + 0.5).Time
		for range 12 {
			h.Ended(at, "shop", true, true)
		}
		for _, named := range []bool{true, false} {
			for range poisson(r, mean(float64(day), named)/float64(heap)) {
				for range heap {
					h.Found(at, named)
				}
			}
		}
	}
	return h.Effects()[1].Bugs
}

func TestEffectOnBugs(t *testing.T) {
	t.Parallel()

	found := func(heap int, mean func(days float64, named bool) float64) (better, either int) {
		for seed := range uint64(100) {
			switch simulateBugs(seed, heap, mean).Verdict {
			case kpi.EffectBetter:
				better++
				either++
			case kpi.EffectWorse:
				either++
			case kpi.EffectUnproven, kpi.EffectTooFewData:
			}
		}
		return better, either
	}
	_, steady := found(1, func(float64, bool) float64 { return 1.5 })
	assert.LessOrEqual(t, steady, 10, "no effect")
	_, fewer := found(1, func(days float64, _ bool) float64 { return 0.5 + days/60 })
	assert.LessOrEqual(t, fewer, 10, "fewer bugs of every kind")
	_, heaps := found(5, func(float64, bool) float64 { return 1.5 })
	assert.LessOrEqual(t, heaps, 10, "bugs that come in heaps of five")
	better, _ := found(1, func(days float64, named bool) float64 { return 1.5 - bonus(named && days < version, 1.1) })
	assert.GreaterOrEqual(t, better, 90, "a true effect")
}

func TestDifferencesInDifferencesCoverTheTruth(t *testing.T) {
	t.Parallel()

	r := rand.New(rand.NewPCG(2026, 23))
	covered := 0
	for range simulations {
		var trials [4]int64
		var rates [4]float64
		var hits [4]int64
		for i := range trials {
			trials[i], rates[i] = int64(30+r.IntN(200)), r.Float64()
			hits[i] = binomial(r, trials[i], rates[i])
		}
		_, bounds, err := kpi.DifferenceInDifferences(
			kpi.Stratum{HitsBefore: hits[0], TrialsBefore: trials[0], HitsAfter: hits[1], TrialsAfter: trials[1]},
			kpi.Stratum{HitsBefore: hits[2], TrialsBefore: trials[2], HitsAfter: hits[3], TrialsAfter: trials[3]})
		require.NoError(t, err)
		truth := rates[1] - rates[0] - rates[3] + rates[2]
		if bounds.Lower <= truth && truth <= bounds.Upper {
			covered++
		}
	}
	assert.InDelta(t, 0.9525, float64(covered)/simulations, 0.0125)
}

func TestDifferencesInDifferencesAreNewcombesOfASteadyControl(t *testing.T) {
	t.Parallel()

	r := rand.New(rand.NewPCG(1, 25))
	steady := kpi.Stratum{HitsBefore: 6e11, TrialsBefore: 1e12, HitsAfter: 6e11, TrialsAfter: 1e12}
	for range 200 {
		n, m := 1+r.Int64N(80), 1+r.Int64N(80)
		s := kpi.Stratum{HitsBefore: r.Int64N(n + 1), TrialsBefore: n, HitsAfter: r.Int64N(m + 1), TrialsAfter: m}
		want, err := kpi.Newcombe(s.HitsAfter, m, s.HitsBefore, n)
		require.NoError(t, err)
		value, got, err := kpi.DifferenceInDifferences(s, steady)
		require.NoError(t, err)
		assert.InDelta(t, want.Lower, got.Lower, 1e-5, "%+v", s)
		assert.InDelta(t, want.Upper, got.Upper, 1e-5, "%+v", s)

		turned, bounds, err := kpi.DifferenceInDifferences(steady, s)
		require.NoError(t, err)
		assert.InDeltaSlice(t, []float64{-value, -got.Upper, -got.Lower}, []float64{turned, bounds.Lower, bounds.Upper}, 1e-12, "%+v", s)
	}
}

func TestDifferenceInDifferencesOfTooLittle(t *testing.T) {
	t.Parallel()

	some := kpi.Stratum{Name: "a", HitsBefore: 1, TrialsBefore: 2, HitsAfter: 1, TrialsAfter: 2}
	_, _, err := kpi.DifferenceInDifferences(some, kpi.Stratum{})
	require.ErrorIs(t, err, kpi.ErrNoData)
	some.HitsAfter = 3
	_, _, err = kpi.DifferenceInDifferences(some, some)
	require.EqualError(t, err, `kpi: difference in differences: "a": kpi: 3 hits among 2 trials`)
}

func ExampleDifferenceInDifferences() {
	net, bounds, err := kpi.DifferenceInDifferences(
		kpi.Stratum{Name: "with the pattern", HitsBefore: 120, TrialsBefore: 200, HitsAfter: 170, TrialsAfter: 200},
		kpi.Stratum{Name: "without", HitsBefore: 110, TrialsBefore: 200, HitsAfter: 130, TrialsAfter: 200},
	)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%+.2f (%.2f to %.2f)\n", net, bounds.Lower, bounds.Upper)
	// Output: +0.15 (0.02 to 0.28)
}

func ExampleEffects() {
	ctx := context.Background()
	db, remove := exampleDatabase(ctx, func(db *store.DB) error { return fillDatabase(ctx, db, retryHistory()) })
	defer remove()

	effects, err := kpi.Effects(ctx, db, kpi.Query{AsOf: asOf}, 1, "retry")
	if err != nil {
		panic(err)
	}
	if err := effects.WriteTable(os.Stdout); err != nil {
		panic(err)
	}
	// Output:
	// Version        On       Verdict        Before   After       Net   95 % interval  Placebos
	// 1, 2025-11-24  success  unproven       50.0 %  80.0 %  +20.0 pp   -5.7 – 44.4 %    0 of 0
	//                bugs     few rows            –       –         –               –    0 of 0
	// 2, 2026-02-12  success  better, maybe  50.0 %  90.0 %  +40.0 pp   11.5 – 66.1 %    0 of 0
	//                bugs     better, maybe  50.0 %  20.0 %  -30.0 pp  -48.5 – -5.8 %    0 of 0
}
