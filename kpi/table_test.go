package kpi_test

import (
	"bytes"
	"errors"
	"flag"
	"math"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/kpi"
)

var update = flag.Bool("update", false, "rewrite the files that tests compare with")

// golden compares text with a file, or rewrites the file.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()

	if *update {
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got), "%s: run the tests with -update and review the difference", path)
}

func TestReportAsTableAndMarkdown(t *testing.T) {
	t.Parallel()

	r, err := kpi.Evaluate(sampleData(1), kpi.Query{AsOf: asOf})
	require.NoError(t, err)
	var table, markdown bytes.Buffer
	require.NoError(t, kpi.WriteTable(&table, r))
	require.NoError(t, kpi.WriteMarkdown(&markdown, r))
	golden(t, "testdata/report.txt", table.Bytes())
	golden(t, "testdata/report.md", markdown.Bytes())
	golden(t, "testdata/report.json", append([]byte(asJSON(t, r)), '\n'))
}

func TestTableFitsIntoATerminal(t *testing.T) {
	t.Parallel()

	wide := kpi.Report{AsOf: asOf, Days: 365, Project: strings.Repeat("x", 1000)}
	for _, d := range kpi.Definitions() {
		v := map[kpi.Unit]float64{kpi.UnitRatio: 1, kpi.UnitPatterns: 100, kpi.UnitCount: 1e5, kpi.UnitHours: 1e5}[d.Unit]
		change := kpi.Change{Absolute: -v, Significant: ptr(true)}
		wide.KPIs = append(wide.KPIs, kpi.Result{
			ID: d.ID, Unit: d.Unit, Value: &v, Interval: &kpi.Interval{Lower: v, Upper: v}, Status: kpi.InsufficientData,
			Reason: kpi.ReasonFewApplications, Change: &change,
			Quality: kpi.Quality{Invalid: math.MaxInt32, Contradictory: math.MaxInt32, Future: math.MaxInt32},
		})
	}
	var b bytes.Buffer
	require.NoError(t, kpi.WriteTable(&b, wide))
	for line := range strings.Lines(b.String()) {
		assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), 100, "%s", line)
	}
}

func TestProjectNameIsNoMarkup(t *testing.T) {
	t.Parallel()

	var b bytes.Buffer
	require.NoError(t, kpi.WriteMarkdown(&b, kpi.Report{AsOf: asOf, Project: "a|b<c>*d*\n# e"}))
	assert.NotContains(t, b.String(), "|b<c>")
	assert.NotContains(t, b.String(), "\n# e")
}

// full is a disk without space.
type full struct{}

var errFull = errors.New("disk is full")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestErrorsOfTheWriterAreReturned(t *testing.T) {
	t.Parallel()

	require.ErrorIs(t, kpi.WriteTable(full{}, kpi.Report{}), errFull)
	require.ErrorIs(t, kpi.WriteMarkdown(full{}, kpi.Report{}), errFull)
}
