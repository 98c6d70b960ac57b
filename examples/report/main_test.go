package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/examples/internal/program"
	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/sample"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

var until = time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)

func report(t *testing.T, dsn string, args ...string) (string, error) {
	t.Helper()

	var stdout bytes.Buffer
	err := run(t.Context(), program.Env{
		Args:   args,
		Stdout: &stdout,
		Stderr: io.Discard,
		Getenv: func(string) string { return dsn },
		Now:    func() time.Time { return until },
	})
	return stdout.String(), err
}

// filled returns the address of a database with a sample.
func filled(t *testing.T, fresh func(testing.TB) string) string {
	t.Helper()

	dsn := fresh(t)
	db, err := store.Open(context.Background(), dsn, store.Options{})
	require.NoError(t, err)
	require.NoError(t, store.Migrate(t.Context(), db))
	_, err = sample.Write(t.Context(), db, sample.Options{Until: until, Events: 2000, Seed: 1})
	require.NoError(t, err)
	require.NoError(t, db.Close())
	return dsn
}

func TestReport(t *testing.T) {
	t.Parallel()

	sqlite, postgres := filled(t, storetest.SQLite), filled(t, storetest.Postgres)
	for name, args := range map[string][]string{
		"table":        nil,
		"JSON":         {"-json"},
		"Markdown":     {"-markdown"},
		"organization": {"-org", "brightwater-sensors", "-json"},
		"project":      {"-project", "checkout", "-days", "7"},
		"past":         {"-as-of", "2026-01-10T00:00:00+01:00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			one, err := report(t, sqlite, args...)
			require.NoError(t, err)
			two, err := report(t, postgres, args...)
			require.NoError(t, err)
			assert.Equal(t, one, two, "the databases disagree")

			if strings.Contains(strings.Join(args, " "), "-json") {
				var decoded struct {
					KPIs []struct {
						ID     string `json:"id"`
						Status string `json:"status"`
					} `json:"kpis"`
				}
				require.NoError(t, json.Unmarshal([]byte(one), &decoded))
				assert.Len(t, decoded.KPIs, 16)
				return
			}
			if name != "Markdown" {
				for line := range strings.Lines(one) {
					assert.LessOrEqual(t, utf8.RuneCountInString(line), 101, line)
				}
			}
			assert.Contains(t, one, "Success rate")
		})
	}
}

func TestReportExplains(t *testing.T) {
	t.Parallel()

	sqlite, postgres := filled(t, storetest.SQLite), filled(t, storetest.Postgres)
	one, err := report(t, sqlite, "-explain", "success_rate")
	require.NoError(t, err)
	assert.Contains(t, one, "Success rate (success_rate)\n")
	assert.Contains(t, one, "\nmetrics_code_generation\n")
	two, err := report(t, postgres, "-explain", "success_rate")
	require.NoError(t, err)
	before, _, _ := strings.Cut(one, "\nSQL: ")
	assert.True(t, strings.HasPrefix(two, before), "the databases explain differently")

	text, err := report(t, sqlite, "-explain", "user_adoption", "-json")
	require.NoError(t, err)
	var decoded struct {
		ID         string                  `json:"id"`
		Result     struct{ Status string } `json:"result"`
		Statements []struct{ SQL string }  `json:"statements"`
	}
	require.NoError(t, json.Unmarshal([]byte(text), &decoded))
	assert.Equal(t, "user_adoption", decoded.ID)
	assert.NotEmpty(t, decoded.Result.Status)
	assert.Contains(t, decoded.Statements[0].SQL, "users")
}

func TestReportShowsOutcomes(t *testing.T) {
	t.Parallel()

	sqlite, postgres := filled(t, storetest.SQLite), filled(t, storetest.Postgres)
	for name, args := range map[string][]string{
		"table":        {"-outcomes", "pattern"},
		"Markdown":     {"-outcomes", "source", "-markdown"},
		"JSON":         {"-outcomes", "model", "-json"},
		"organization": {"-outcomes", "project", "-org", "brightwater-sensors", "-days", "10"},
		"all":          {"-outcomes", "all", "-project", "checkout"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			one, err := report(t, sqlite, args...)
			require.NoError(t, err)
			two, err := report(t, postgres, args...)
			require.NoError(t, err)
			assert.Equal(t, one, two, "the databases disagree")
			if name != "JSON" {
				assert.Contains(t, one, "95 % interval")
				return
			}
			var decoded struct {
				AsOf   time.Time `json:"as_of"`
				By     string    `json:"by"`
				Groups []struct {
					Name     string `json:"name"`
					Outcomes []struct {
						Days     int      `json:"days"`
						Value    *float64 `json:"value"`
						Interval *struct{ Lower, Upper float64 }
						Young    int64 `json:"young"`
					} `json:"outcomes"`
				} `json:"groups"`
			}
			require.NoError(t, json.Unmarshal([]byte(one), &decoded))
			assert.Equal(t, until, decoded.AsOf)
			assert.Equal(t, "model", decoded.By)
			require.Len(t, decoded.Groups, 3)
			for _, g := range decoded.Groups {
				require.Len(t, g.Outcomes, 3)
				for i, o := range g.Outcomes {
					assert.Equal(t, []int{1, 7, 30}[i], o.Days)
					assert.True(t, o.Interval.Lower <= *o.Value && *o.Value <= o.Interval.Upper, "%s after %d days", g.Name, o.Days)
				}
				assert.Greater(t, g.Outcomes[2].Young, g.Outcomes[0].Young, g.Name)
			}
		})
	}
}

func TestGateIsTheExitCode(t *testing.T) {
	t.Parallel()

	dsn := filled(t, storetest.SQLite)
	_, err := report(t, dsn, "-gate")
	assert.Equal(t, kpi.GateMissed, program.Code("report", io.Discard, err), "the sample misses targets")
	_, err = report(t, dsn)
	require.NoError(t, err, "without -gate a miss is no failure")

	empty := storetest.SQLite(t)
	db, err := store.Open(t.Context(), empty, store.Options{})
	require.NoError(t, err)
	require.NoError(t, store.Migrate(t.Context(), db))
	require.NoError(t, db.Close())
	_, err = report(t, empty, "-gate")
	require.NoError(t, err, "nothing misses its target where there is nothing")
}

func TestReportRefuses(t *testing.T) {
	t.Parallel()

	dsn := filled(t, storetest.SQLite)
	for name, c := range map[string]struct {
		args []string
		code int
	}{
		"a time that is none":     {[]string{"-as-of", "yesterday"}, program.ExitUsage},
		"no days":                 {[]string{"-days", "0"}, program.ExitUsage},
		"two forms at once":       {[]string{"-json", "-markdown"}, program.ExitUsage},
		"an unknown organization": {[]string{"-org", "umbrella"}, program.ExitFailed},
		"an unknown KPI":          {[]string{"-explain", "success"}, program.ExitUsage},
		"no gate of one KPI":      {[]string{"-explain", "success_rate", "-gate"}, program.ExitUsage},
		"an unknown dimension":    {[]string{"-outcomes", "colour"}, program.ExitUsage},
		"no gate of outcomes":     {[]string{"-outcomes", "all", "-gate"}, program.ExitUsage},
		"a stray word":            {[]string{"now"}, program.ExitUsage},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := report(t, dsn, c.args...)
			assert.Equal(t, c.code, program.Code("report", io.Discard, err))
			assert.Empty(t, out)
		})
	}
}
