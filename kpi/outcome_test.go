package kpi_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

// keyOf is an event key made of a name.
func keyOf(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:])
}

// made is a generation with a name, made so many days before asOf.
func made(name string, days float64, success *bool) *metrics.CodeGeneration {
	return &metrics.CodeGeneration{Origin: metrics.Origin{EventKey: keyOf(name)}, Prompt: name, Success: success, Timestamp: ago(days)}
}

// follows is the origin of an event that follows from a generation.
func follows(name string) metrics.Origin { return metrics.Origin{GenerationKey: ptr(keyOf(name))} }

// later is the time so many days after the generation of a number of days ago.
func later(days, after float64) metrics.Time { return ago(days - after) }

func bugOf(name string, at metrics.Time) *metrics.Bug {
	return &metrics.Bug{Origin: follows(name), Pattern: "p", Error: "e", Timestamp: at}
}

func reviewOf(name string, severity metrics.Severity, at metrics.Time) *metrics.CodeReview {
	return &metrics.CodeReview{Origin: follows(name), IssueType: "i", Pattern: "p", Severity: severity, Timestamp: at}
}

func insertEvents(t *testing.T, db *store.DB, events ...metrics.Event) {
	t.Helper()

	receipt, err := db.Insert(t.Context(), events)
	require.NoError(t, err)
	require.Equal(t, store.Count{Stored: len(events)}, receipt.Total(), "%v", receipt.Refused)
}

// counts are the numbers of an outcome, in short.
func counts(o kpi.Outcome) string {
	return fmt.Sprintf("%d of %d, %d failed, %d unknown, %d/%d/%d/%d", o.Successes, o.N, o.Failures, o.Unknown,
		o.Bugs, o.TestFailures, o.Reviews, o.Deployments)
}

func TestOutcomes(t *testing.T) {
	t.Parallel()

	yes, no := ptr(true), ptr(false)
	day := 24 * time.Hour
	microsecond := float64(time.Microsecond) / float64(day)
	for name, c := range map[string]struct {
		events []func() metrics.Event
		want   [3]string // after 1, 7 and 30 days
		links  kpi.Links
	}{
		"nothing": {
			want: [3]string{"0 of 0, 0 failed, 0 unknown, 0/0/0/0", "0 of 0, 0 failed, 0 unknown, 0/0/0/0", "0 of 0, 0 failed, 0 unknown, 0/0/0/0"},
		},
		"a problem counts from when it came": {
			events: []func() metrics.Event{
				func() metrics.Event { return made("a", 31, yes) },
				func() metrics.Event { return made("b", 30.5, yes) },
				func() metrics.Event { return bugOf("b", later(30.5, 3)) },
			},
			want:  [3]string{"2 of 2, 0 failed, 0 unknown, 0/0/0/0", "1 of 2, 0 failed, 0 unknown, 1/0/0/0", "1 of 2, 0 failed, 0 unknown, 1/0/0/0"},
			links: kpi.Links{Bugs: 1},
		},
		"the ends of a window": {
			events: []func() metrics.Event{
				func() metrics.Event { return made("first", 31, yes) },
				func() metrics.Event { return made("before", 31+2*microsecond, yes) },
				func() metrics.Event { return made("last", 1+2*microsecond, yes) },
				func() metrics.Event { return made("behind", 1, yes) },
			},
			want: [3]string{"2 of 2, 0 failed, 0 unknown, 0/0/0/0", "2 of 2, 0 failed, 0 unknown, 0/0/0/0", "2 of 2, 0 failed, 0 unknown, 0/0/0/0"},
		},
		"the days are over": {
			events: []func() metrics.Event{
				func() metrics.Event { return made("in time", 20, yes) },
				func() metrics.Event { return bugOf("in time", ago(19+2*microsecond)) },
				func() metrics.Event { return made("late", 20, yes) },
				func() metrics.Event { return bugOf("late", ago(19)) },
			},
			want:  [3]string{"1 of 2, 0 failed, 0 unknown, 1/0/0/0", "0 of 2, 0 failed, 0 unknown, 2/0/0/0", "0 of 0, 0 failed, 0 unknown, 0/0/0/0"},
			links: kpi.Links{Bugs: 2},
		},
		"every kind of problem": {
			events: []func() metrics.Event{
				func() metrics.Event { return made("clean", 5, yes) },
				func() metrics.Event { return made("bug", 5, yes) },
				func() metrics.Event { return bugOf("bug", ago(5)) },
				func() metrics.Event { return bugOf("bug", ago(4.9)) },
				func() metrics.Event { return made("test", 5, yes) },
				func() metrics.Event {
					return &metrics.TestFailure{Origin: follows("test"), TestName: "t", FailureReason: "r", Timestamp: ago(4.5)}
				},
				func() metrics.Event { return made("grave", 5, yes) },
				func() metrics.Event { return reviewOf("grave", metrics.SeverityCritical, ago(4.5)) },
				func() metrics.Event { return reviewOf("grave", metrics.SeverityHigh, ago(4.6)) },
				func() metrics.Event { return made("a matter of taste", 5, yes) },
				func() metrics.Event { return reviewOf("a matter of taste", metrics.SeverityMedium, ago(4.5)) },
				func() metrics.Event { return reviewOf("a matter of taste", metrics.SeverityLow, ago(4.5)) },
				func() metrics.Event { return made("deployed", 5, yes) },
				func() metrics.Event {
					return &metrics.Deployment{Origin: follows("deployed"), Environment: "production", Timestamp: ago(4.5)}
				},
				func() metrics.Event { return bugOf("deployed", ago(4.5)) },
				func() metrics.Event { // no problem
					return &metrics.Performance{Origin: follows("clean"), MetricType: "test", Timestamp: ago(4.5)}
				},
				func() metrics.Event { // another attempt, with no success either
					retry := made("retry", 5, no)
					retry.GenerationKey = ptr(keyOf("clean"))
					return retry
				},
				func() metrics.Event { return bugOf("retry", ago(4.9)) },
				func() metrics.Event { return made("who knows", 5, nil) },
				func() metrics.Event { return bugOf("who knows", ago(4.9)) },
			},
			want:  [3]string{"2 of 7, 1 failed, 1 unknown, 2/1/1/1", "0 of 0, 0 failed, 0 unknown, 0/0/0/0", "0 of 0, 0 failed, 0 unknown, 0/0/0/0"},
			links: kpi.Links{Bugs: 5, TestFailures: 1, Reviews: 2, Deployments: 1},
		},
		"links that lead nowhere, and back": {
			events: []func() metrics.Event{
				func() metrics.Event { return made("a", 5, yes) },
				func() metrics.Event { return bugOf("a", ago(5.1)) },
				func() metrics.Event { return bugOf("gone", ago(5)) },
				func() metrics.Event { return reviewOf("gone", metrics.SeverityHigh, ago(5)) },
				func() metrics.Event { return bugOf("a", ago(-1)) }, // not known yet
			},
			want:  [3]string{"0 of 1, 0 failed, 0 unknown, 1/0/0/0", "0 of 0, 0 failed, 0 unknown, 0/0/0/0", "0 of 0, 0 failed, 0 unknown, 0/0/0/0"},
			links: kpi.Links{Bugs: 2, Reviews: 1, Dangling: 2, Early: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			storetest.Each(t, func(t *testing.T, db *store.DB) {
				for _, event := range c.events {
					insertEvents(t, db, event())
				}
				got, err := kpi.Outcomes(t.Context(), db, kpi.Query{AsOf: asOf}, "")
				require.NoError(t, err)
				require.Len(t, got.Groups, 1)
				assert.Nil(t, got.Groups[0].Name)
				for i, o := range got.Groups[0].Outcomes {
					assert.Equal(t, c.want[i], counts(o), "after %d days", o.Days)
					assert.Equal(t, 30*day, o.Window.End.Sub(o.Window.Start))
					assert.Equal(t, time.Duration(o.Days)*day, asOf.Sub(o.Window.End))
					if o.N == 0 {
						assert.Nil(t, o.Value)
						assert.Nil(t, o.Interval)
						continue
					}
					assert.InDelta(t, float64(o.Successes)/float64(o.N), *o.Value, 0)
					bounds, err := kpi.Wilson(o.Successes, o.N)
					require.NoError(t, err)
					assert.Equal(t, bounds, *o.Interval)
				}
				assert.Equal(t, c.links, got.Links)
			})
		})
	}
}

func TestOutcomesOfGroups(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		insert(t, db, kpi.Data{}) // the organizations
		in := func(organization int64, e metrics.Event) metrics.Event {
			e.Provenance().OrganizationID, e.Provenance().Project = &organization, ptr("shop")
			return e
		}
		both, one, none, unlisted := made("both", 5, ptr(true)), made("one", 5, ptr(true)), made("none", 5, ptr(true)), made("unlisted", 5, ptr(true))
		both.PatternsApplied, one.PatternsApplied, none.PatternsApplied = metrics.Names{"guard", "retry"}, metrics.Names{"retry"}, metrics.Names{}
		plan := made("plan", 5, ptr(true))
		plan.Source = ptr(metrics.SourcePlanFile)
		future := made("future", -1, ptr(true))
		elsewhere := in(1, bugOf("both", ago(4.5)))
		elsewhere.Provenance().Project = ptr("billing")
		insertEvents(t, db, in(1, both), in(1, one), in(1, none), in(1, unlisted), in(1, plan), in(1, future), in(2, made("other", 5, ptr(true))),
			elsewhere, in(2, bugOf("one", ago(4.5))), bugOf("none", ago(4.5)))

		q := kpi.Query{AsOf: asOf, Organizations: []int64{1}, Project: "shop"}
		got, err := kpi.Outcomes(t.Context(), db, q, kpi.ByPattern)
		require.NoError(t, err)
		var rows []string
		for _, g := range got.Groups {
			name := "-"
			if g.Name != nil {
				name = *g.Name
			}
			rows = append(rows, name+" "+counts(g.Outcomes[0]))
		}
		assert.Equal(t, []string{
			"retry 1 of 2, 0 failed, 0 unknown, 1/0/0/0",
			"guard 0 of 1, 0 failed, 0 unknown, 1/0/0/0",
			"- 1 of 1, 0 failed, 0 unknown, 0/0/0/0",
		}, rows, "what other organizations and nobody say about a generation is not seen")
		assert.Equal(t, kpi.Quality{Rows: 4, Null: 1, Future: 1, Excluded: 1}, got.Quality)
		assert.Equal(t, kpi.Links{Bugs: 1}, got.Links)

		got, err = kpi.Outcomes(t.Context(), db, kpi.Query{AsOf: asOf}, "")
		require.NoError(t, err)
		assert.Equal(t, "2 of 5, 0 failed, 0 unknown, 3/0/0/0", counts(got.Groups[0].Outcomes[0]))

		_, err = kpi.Outcomes(t.Context(), db, q, "colour")
		require.EqualError(t, err, `kpi: outcomes: no dimension "colour"`)
		_, err = kpi.Outcomes(t.Context(), db, kpi.Query{}, "")
		assert.EqualError(t, err, "kpi: query without as_of")
	})
}

// What an independent walk over the events says, whatever they are.
func TestOutcomesOfRandomEvents(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := rand.New(rand.NewPCG(7, 7))
		var all []metrics.Event
		made := map[string]*metrics.CodeGeneration{}
		first := map[string]metrics.Time{}
		for i := range 300 {
			g := &metrics.CodeGeneration{Prompt: fmt.Sprint(i), Timestamp: ago(r.Float64() * 70), Success: []*bool{ptr(true), ptr(true), ptr(false), nil}[r.IntN(4)]}
			g.EventKey = keyOf(g.Prompt)
			made[g.Prompt] = g
			all = append(all, g)
		}
		for i := range 400 {
			name := fmt.Sprint(r.IntN(330)) // some are not stored
			bug := bugOf(name, ago(r.Float64()*70))
			bug.Error = fmt.Sprint(i)
			all = append(all, bug)
			if at, known := first[name]; !known || bug.Timestamp.Before(at.Time) {
				first[name] = bug.Timestamp
			}
		}
		insertEvents(t, db, all...)
		got, err := kpi.Outcomes(t.Context(), db, kpi.Query{AsOf: asOf}, "")
		require.NoError(t, err)
		for _, o := range got.Groups[0].Outcomes {
			var n, successes, young int64
			for name, g := range made {
				age := asOf.Sub(g.Timestamp.Time)
				days := time.Duration(o.Days) * 24 * time.Hour
				if age <= days {
					young++
				}
				if g.Success == nil || age <= days || age > days+30*24*time.Hour {
					continue
				}
				n++
				problem, spoiled := first[name]
				if *g.Success && (!spoiled || problem.Sub(g.Timestamp.Time) >= days) {
					successes++
				}
			}
			assert.Equal(t, n, o.N, "after %d days", o.Days)
			assert.Equal(t, successes, o.Successes, "after %d days", o.Days)
			assert.Equal(t, young, o.Young, "after %d days", o.Days)
		}
	})
}

func TestOutcomesAsTableAndMarkdown(t *testing.T) {
	t.Parallel()

	outcomes := func(n int64) []kpi.Outcome {
		var all []kpi.Outcome
		for _, days := range []int{1, 7} {
			successes := n * 8 / 10
			all = append(all, kpi.Outcome{
				Days: days, N: n, Value: ptr(0.8), Interval: &kpi.Interval{Lower: 0.7, Upper: 0.9}, Successes: successes,
				Failures: n - successes - 3, Unknown: 2, Young: int64(days),
			})
		}
		return append(all, kpi.Outcome{Days: 30, Young: n})
	}
	var b bytes.Buffer
	require.NoError(t, kpi.OutcomeTable{AsOf: asOf, Days: 1, Groups: []kpi.OutcomeGroup{{Outcomes: outcomes(1000)}}}.WriteTable(&b))
	golden(t, "testdata/outcomes.txt", b.Bytes())

	b.Reset()
	table := kpi.OutcomeTable{
		AsOf: asOf, Days: 30, By: kpi.ByModel, Groups: []kpi.OutcomeGroup{{Name: ptr("a|b<c>*d*"), Outcomes: outcomes(100)}, {Outcomes: outcomes(50)}},
		Links: kpi.Links{Bugs: 12, TestFailures: 4, Reviews: 2, Deployments: 1, Dangling: 3, Early: 1}, Quality: kpi.Quality{Excluded: 41, Invalid: 1},
	}
	require.NoError(t, table.WriteMarkdown(&b))
	golden(t, "testdata/outcomes.md", b.Bytes())
	require.ErrorIs(t, table.WriteMarkdown(full{}), errFull)
}

func ExampleOutcomes() {
	ctx := context.Background()
	db, remove := exampleDatabase(ctx, func(db *store.DB) error {
		var events []metrics.Event
		for i := range 40 { // 40 days ago; every fourth has a bug after so many days as its number
			name := fmt.Sprint(i)
			events = append(events, made(name, 40, ptr(true)))
			if i%4 == 0 {
				events = append(events, bugOf(name, later(40, float64(i))))
			}
		}
		_, err := db.Insert(ctx, events)
		return err
	})
	defer remove()

	table, err := kpi.Outcomes(ctx, db, kpi.Query{AsOf: asOf, Days: 45}, "")
	if err != nil {
		panic(err)
	}
	for _, o := range table.Groups[0].Outcomes {
		fmt.Printf("after %2d days: %d of %d (%.0f to %.0f %%)\n", o.Days, o.Successes, o.N, 100*o.Interval.Lower, 100*o.Interval.Upper)
	}
	fmt.Println(table.Links.Bugs, "links,", table.Links.Dangling, "of them dangling")
	// Output:
	// after  1 days: 39 of 40 (87 to 100 %)
	// after  7 days: 38 of 40 (83 to 99 %)
	// after 30 days: 32 of 40 (65 to 90 %)
	// 10 links, 0 of them dangling
}
