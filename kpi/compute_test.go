package kpi_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

// asJSON shows every bit of a report: encoding/json writes floats so that they
// read back as they were.
func asJSON(t *testing.T, r kpi.Report) string {
	t.Helper()

	text, err := json.MarshalIndent(r, "", "  ")
	require.NoError(t, err)
	return string(text)
}

// queries are scopes and windows that a report may have.
func queries(t *testing.T) map[string]kpi.Query {
	t.Helper()

	newYork, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	return map[string]kpi.Query{
		"everything":           {AsOf: asOf},
		"one organization":     {AsOf: asOf, Organizations: []int64{2}},
		"no organization":      {AsOf: asOf, Organizations: []int64{}},
		"one project":          {AsOf: asOf, Project: "it's"},
		"a week in New York":   {AsOf: asOf, Days: 7, Zone: newYork},
		"no source excluded":   {AsOf: asOf, ExcludeSources: []string{}},
		"other sources":        {AsOf: asOf, ExcludeSources: []string{"editor", "it's 100%_"}},
		"a Monday at midnight": {AsOf: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), Days: 90},
	}
}

func TestBothDatabasesAndSlicesGiveTheSameBits(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := sampleData(1)
		stored := sampleData(1)
		shuffle(&stored, 7)
		insert(t, db, stored)

		for name, q := range queries(t) {
			want, err := kpi.Evaluate(d, q)
			require.NoError(t, err)
			got, err := kpi.Compute(t.Context(), db, q)
			require.NoError(t, err)
			assert.Equal(t, asJSON(t, want), asJSON(t, got), "Compute with %s", name)
		}
	})
}

// shuffle changes the order of all rows but those that refer to each other.
func shuffle(d *kpi.Data, seed uint64) {
	r := rand.New(rand.NewPCG(seed, seed))
	r.Shuffle(len(d.Generations), func(i, j int) {
		d.Generations[i], d.Generations[j] = d.Generations[j], d.Generations[i]
	})
	r.Shuffle(len(d.Bugs), func(i, j int) { d.Bugs[i], d.Bugs[j] = d.Bugs[j], d.Bugs[i] })
	r.Shuffle(len(d.CodeReviews), func(i, j int) {
		d.CodeReviews[i], d.CodeReviews[j] = d.CodeReviews[j], d.CodeReviews[i]
	})
	r.Shuffle(len(d.Performance), func(i, j int) {
		d.Performance[i], d.Performance[j] = d.Performance[j], d.Performance[i]
	})
	r.Shuffle(len(d.TestFailures), func(i, j int) {
		d.TestFailures[i], d.TestFailures[j] = d.TestFailures[j], d.TestFailures[i]
	})
	r.Shuffle(len(d.Effectiveness), func(i, j int) {
		d.Effectiveness[i], d.Effectiveness[j] = d.Effectiveness[j], d.Effectiveness[i]
	})
	r.Shuffle(len(d.Metrics), func(i, j int) { d.Metrics[i], d.Metrics[j] = d.Metrics[j], d.Metrics[i] })
	r.Shuffle(len(d.AuditLogs), func(i, j int) {
		d.AuditLogs[i], d.AuditLogs[j] = d.AuditLogs[j], d.AuditLogs[i]
	})
}
