package fltest_test

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store/fltest"
	"github.com/doronpers/feedback-loop-go/store/ingest"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

func ExampleMain() {
	TestMain := func(m *testing.M) {
		fltest.Main(m, os.Getenv("METRICS_DB_URI"), fltest.Options{RunID: os.Getenv("GITHUB_RUN_ID")})
	}
	_ = TestMain
}

func ExamplePattern() {
	TestRetriesAfterTimeout := func(t *testing.T) {
		fltest.Pattern(t, "retry")
		// …
	}
	_ = TestRetriesAfterTimeout
}

// recordedAsRead runs a program that records tests and writes what go test -json
// does, and returns the rows, which must be those that reading would give.
func recordedAsRead(t *testing.T, dsn string, program ...string) string {
	t.Helper()

	ran := run(t, dsn, program...)
	assert.Empty(t, ran.stderr)
	db := open(t, dsn)
	_, err := ingest.Import(t.Context(), db, ingest.File{Name: "json", Reader: strings.NewReader(ran.stdout)}, time.Now(),
		ingest.Options{Format: ingest.GoTest, Project: "read", RunID: "build 1"})
	require.NoError(t, err)
	recorded := rows(t, db, "suite")
	assert.Equal(t, rows(t, db, "read"), recorded)
	return strings.Join(recorded, "\n")
}

func TestRecordingIsReading(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		args  []string
		tests int
	}{
		"all kinds, three times": {[]string{"-test.run=Passes|Skips|Fails|Contains|Parallel|Flaky", "-test.count=3"}, 30},
		"all pass":               {[]string{"-test.run=Passes"}, 1},
		"no tests":               {[]string{"-test.run=Nothing"}, 0},
		"processes":              {[]string{"-test.run=StartsItself"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			databases(t, func(t *testing.T, dsn string) {
				program := []string{"go", "tool", "test2json", "-t", "-p", suitePath, binary, "-test.v=test2json"}
				recorded := recordedAsRead(t, dsn, append(program, c.args...)...)
				assert.Equal(t, c.tests, strings.Count(recorded, "| test |"), recorded)
				assert.Equal(t, 1, strings.Count(recorded, "| test_run |"), recorded)
			})
		})
	}
}

// What the go command adds to the output of a process that died, go tool
// test2json does not. So it is go test that runs here.
func TestRecordingIsReadingOfTheDead(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		args  []string
		tests int
		last  string
	}{
		"a panic":     {[]string{"-run=Contains|Panics"}, 4, "panic: oh no"},
		"an exit":     {[]string{"-run=Skips|Exits"}, 2, suitePath + " | "},
		"out of time": {[]string{"-run=Passes|TakesTooLong", "-timeout=200ms"}, 2, "panic: test timed out after 200ms"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			recorded := recordedAsRead(t, storetest.SQLite(t), append([]string{"go", "test", "-json", "-vet=off", suitePath}, c.args...)...)
			assert.Equal(t, c.tests, strings.Count(recorded, "| test |"), recorded)
			assert.Equal(t, 1, strings.Count(recorded, "| test_run |"), recorded)
			assert.Contains(t, recorded, c.last)
		})
	}
}

func TestTestsSayWhatTheyAreAbout(t *testing.T) {
	t.Parallel()

	databases(t, func(t *testing.T, dsn string) {
		ran := run(t, dsn, binary, "-test.run=Passes|Fails|Contains")
		require.Equal(t, 1, ran.code, ran.stderr)
		db := open(t, dsn)

		var run struct{ Passed, Failed, Skipped, Patterns string }
		require.NoError(t, db.NewSelect().Table("metrics_performance").
			ColumnExpr("details ->> 'passed' AS passed, details ->> 'failed' AS failed").
			ColumnExpr("details ->> 'skipped' AS skipped, details ->> 'patterns' AS patterns").
			Where("metric_type = 'test_run'").Scan(t.Context(), &run))
		assert.Equal(t, "2 2 1", run.Passed+" "+run.Failed+" "+run.Skipped)
		assert.JSONEq(t, `["bounds_checking", "retry"]`, run.Patterns)

		var failures []struct {
			TestName, FailureReason, PatternViolated string
			GenerationKey                            *string
		}
		require.NoError(t, db.NewSelect().Table("metrics_test_failures").
			Column("test_name", "failure_reason", "pattern_violated", "generation_key").OrderExpr("id").Scan(t.Context(), &failures))
		require.Len(t, failures, 2)
		assert.Equal(t, suitePath+".TestFails", failures[0].TestName)
		assert.Equal(t, "bounds_checking", failures[0].PatternViolated)
		assert.Equal(t, strings.Repeat("ab", 32), *failures[0].GenerationKey)
		assert.Contains(t, failures[0].FailureReason, "got 1\n        want 2")
		assert.NotContains(t, failures[0].FailureReason, "ATTR")
		assert.Equal(t, suitePath+".TestContains/bad_one/deep", failures[1].TestName)
		assert.Equal(t, "retry", failures[1].PatternViolated)
		assert.Nil(t, failures[1].GenerationKey)
	})
}

func TestPatternsOfTestsAreCovered(t *testing.T) {
	t.Parallel()

	databases(t, func(t *testing.T, dsn string) {
		run(t, dsn, binary, "-test.run=Passes|Fails|Contains")
		db := open(t, dsn)
		at := metrics.At(time.Now())
		o := api.Organization{Name: "Shop", Slug: "shop", SubscriptionTier: api.TierFree, CreatedAt: at, UpdatedAt: at}
		_, err := db.NewInsert().Model(&o).Exec(t.Context())
		require.NoError(t, err)
		u := api.User{
			OrganizationID: o.ID, Email: "a@example.com", Username: "a", HashedPassword: "!",
			Role: api.RoleDeveloper, CreatedAt: at, UpdatedAt: at,
		}
		_, err = db.NewInsert().Model(&u).Exec(t.Context())
		require.NoError(t, err)
		for _, name := range []string{"retry", "bounds_checking", "never tested"} {
			_, err = db.NewInsert().Model(&api.Pattern{
				OrganizationID: o.ID, AuthorID: u.ID, Name: name, Description: name, PatternData: metrics.JSON("{}"),
				Version: 1, IsActive: true, CreatedAt: at, UpdatedAt: at,
			}).Exec(t.Context())
			require.NoError(t, err)
		}

		report, err := kpi.Compute(t.Context(), db, kpi.Query{AsOf: time.Now().Add(time.Minute)})
		require.NoError(t, err)
		coverage, _ := report.KPI(kpi.PatternCoverage)
		require.NotNil(t, coverage.Value, coverage.Reason)
		assert.EqualValues(t, 2, *coverage.Numerator)
		assert.EqualValues(t, 3, *coverage.Denominator)
	})
}

func TestSecretsAreNotStored(t *testing.T) {
	t.Parallel()

	dsn := storetest.SQLite(t)
	ran := run(t, dsn, binary, "-test.run=Leaks")
	assert.Contains(t, ran.stdout, "xK9vQ2mLp4")
	stored := strings.Join(rows(t, open(t, dsn), "suite"), "\n")
	assert.Contains(t, stored, "db.example.com")
	assert.NotContains(t, stored, "xK9vQ2mLp4")
}

func TestRetriesAreToldFromFailures(t *testing.T) {
	t.Parallel()

	databases(t, func(t *testing.T, dsn string) {
		first := run(t, dsn, binary, "-test.run=Passes|Fails|Flaky", "-test.count=2")
		require.Equal(t, 1, first.code, first.stderr)
		again := run(t, dsn, binary, "-test.run=Fails") // as the same run
		require.Equal(t, 1, again.code, again.stderr)

		found, err := kpi.FlakyTests(t.Context(), open(t, dsn), kpi.Query{AsOf: time.Now().Add(time.Minute)})
		require.NoError(t, err)
		kinds := map[string]kpi.TestKind{}
		for _, test := range found.Tests {
			kinds[strings.TrimPrefix(test.Test, suitePath+".")] = test.Kind
			assert.EqualValues(t, 1, test.Runs, test.Test)
		}
		assert.Equal(t, map[string]kpi.TestKind{
			"TestFlaky": kpi.TestFlaky, "TestFails": kpi.TestFailing, "TestPasses": kpi.TestPassing,
		}, kinds)
	})
}

func TestOutputIsThatOfTheTests(t *testing.T) {
	t.Parallel()

	for name, args := range map[string][]string{
		"passing":   {"-test.run=Passes|Skips"},
		"failing":   {"-test.run=Contains"},
		"benchmark": {"-test.run=Passes", "-test.bench=Nothing"},
		"list":      {"-test.list=Passes"},
		"no flag":   {"-test.nonsense"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program := append([]string{binary}, args...)
			assert.Equal(t, run(t, "", program...), run(t, t.TempDir()+"/a.db", program...))
		})
	}
	t.Run("verbose", func(t *testing.T) {
		t.Parallel()
		got := run(t, t.TempDir()+"/a.db", binary, "-test.run=Fails", "-test.v")
		assert.Contains(t, got.stdout, "=== RUN   TestFails\n")
		assert.Contains(t, got.stdout, "printed\n")
		assert.Contains(t, got.stdout, "--- FAIL: TestFails (0.00s)\n")
		assert.NotContains(t, got.stdout, "\x16")
	})
	t.Run("panicking", func(t *testing.T) {
		t.Parallel()
		got := run(t, t.TempDir()+"/a.db", binary, "-test.run=Panics")
		assert.Equal(t, 2, got.code)
		want := "--- FAIL: TestPanics (0.00s)\n    suite_test.go:72: last words\n    --- FAIL: TestPanics/below (0.00s)\npanic: oh no"
		assert.Equal(t, want, got.stdout[:min(len(want), len(got.stdout))])
	})
}

func TestTestsDecideEvenIfNothingCanBeRecorded(t *testing.T) {
	t.Parallel()

	for name, dsn := range map[string]string{
		"no address":     "nonsense:secret",
		"no folder":      "sqlite:////nowhere/at/all/a.db",
		"nobody listens": "postgres://user:secret@127.0.0.1:1/a?connect_timeout=1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for test, code := range map[string]int{"Passes": 0, "Contains": 1, "Panics": 2, "Exits": 3} {
				got := run(t, dsn, binary, "-test.run="+test)
				assert.Equal(t, code, got.code, test)
				assert.Equal(t, 1, strings.Count(got.stderr, "fltest: not recorded: "), got.stderr)
				assert.NotContains(t, got.stderr, "secret")
			}
		})
	}
}

func TestInterruptedTestsAreRecorded(t *testing.T) {
	t.Parallel()

	databases(t, func(t *testing.T, dsn string) {
		cmd := exec.CommandContext(t.Context(), binary, "-test.run=Passes|TakesTooLong", "-test.v")
		cmd.Env = append(os.Environ(), "METRICS_DB_URI="+dsn)
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if strings.HasPrefix(lines.Text(), "=== RUN   TestTakesTooLong") {
				require.NoError(t, cmd.Process.Signal(os.Interrupt))
			}
		}
		require.Error(t, cmd.Wait())
		assert.Equal(t, 2, cmd.ProcessState.ExitCode())
		all := strings.Join(rows(t, open(t, dsn), "suite"), "\n")
		assert.Contains(t, all, `| test | `+suitePath+`.TestPasses`)
		assert.Contains(t, all, "signal: interrupt")
	})
}
