package fltest

import (
	"crypto/rand"
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store/ingest"
	"github.com/doronpers/feedback-loop-go/store/testrun"
)

// Options says more about the tests. The zero value leaves open what they
// belong to.
type Options struct {
	// RunID is what the packages of one run have in common: the id of a build,
	// for example. A test that both passes and fails under one RunID, because it
	// is tried again or by -count, is flaky. Empty means a random one for each
	// package.
	RunID string

	// Project and OrganizationID are what the tests belong to. Empty and nil are
	// unknown.
	Project        string
	OrganizationID *int64

	// Rules give patterns to tests that name none. Nil gives none.
	Rules *ingest.Rules

	// Redact takes out of the events what must not be stored. Nil takes out what
	// package redact finds unless told otherwise.
	Redact func(metrics.Event)
}

// Runner runs the tests: a *testing.M, or what prepares something for it.
type Runner interface {
	// Run returns the exit code.
	Run() int
}

// Main runs the tests, stores their results in the database that dsn names, as
// [store.Open] understands it, and ends the process with the exit code of the
// tests. The database is brought to the current schema first. An empty dsn runs
// the tests and nothing else.
func Main(m Runner, dsn string, o Options) {
	os.Exit(run(m, dsn, o))
}

// variable tells a process that one around it reads its output.
const variable = "FEEDBACK_LOOP_FLTEST"

func run(m Runner, dsn string, o Options) int {
	if !flag.Parsed() {
		flag.Parse()
	}
	binary, err := os.Executable()
	read, nested := "read "+binary, "nested "+binary
	//nolint:forbidigo // no setting: a process tells those that it starts
	switch told := os.Getenv(variable); {
	case told == nested, dsn == "", disturbed():
		return m.Run()
	case told == read:
		return runRead(m, nested)
	case err != nil:
		complain(err)
		return m.Run()
	}
	if o.RunID == "" {
		o.RunID = rand.Text()
	}
	code, err := runAgain(binary, variable+"="+read, dsn, o)
	if err != nil {
		complain(err)
		return m.Run()
	}
	return code
}

// runRead runs the tests in a process whose output is read. What they start in
// turn is none of our business.
func runRead(m Runner, nested string) int {
	if err := os.Setenv(variable, nested); err != nil {
		complain(err)
	}
	if err := flag.Set("test.v", "test2json"); err != nil {
		complain(err)
	}
	return m.Run()
}

// disturbed tells whether this is about something else than tests.
func disturbed() bool {
	for _, name := range []string{"test.bench", "test.fuzz", "test.list"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" {
			return true
		}
	}
	worker := flag.Lookup("test.fuzzworker")
	return worker != nil && worker.Value.String() == "true"
}

// complain says what is not recorded, on standard error.
func complain(err error) {
	fmt.Fprintln(os.Stderr, "fltest: not recorded:", err)
}

// Pattern says that the test covers a pattern, of which it may name several: it
// calls t.Attr, so that readers of go test -json know it too. When the test
// fails, it is the first one that was violated.
func Pattern(tb testing.TB, name string) {
	tb.Helper()
	tb.Attr(testrun.AttrPattern, name)
}

// Generation says that the test tests the code of a generation, whose event key
// is given: it calls t.Attr. The failures of the test are linked to it.
func Generation(tb testing.TB, key string) {
	tb.Helper()
	tb.Attr(testrun.AttrGeneration, key)
}
