package store_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

var noon = metrics.At(time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC))

func ExampleDB_Insert() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "feedback-loop")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	db, err := store.Open(ctx, filepath.Join(dir, "feedback.db"), store.Options{})
	if err != nil {
		panic(err)
	}
	defer db.Close()
	if err := store.Migrate(ctx, db); err != nil {
		panic(err)
	}

	bug := &metrics.Bug{Pattern: "guard-clause", Error: "nil map", Timestamp: noon}
	review := &metrics.CodeReview{IssueType: "naming", Pattern: "clear-names", Severity: "urgent", Timestamp: noon}
	receipt, err := db.Insert(ctx, []metrics.Event{bug, bug, review})
	if err != nil {
		panic(err)
	}
	fmt.Printf("%+v\n", receipt.Tables["metrics_bugs"])
	for _, refusal := range receipt.Refused {
		fmt.Println(refusal.Index, refusal.Table, refusal.Err)
	}
	// Output:
	// {Stored:1 Duplicate:1 Refused:0}
	// 2 metrics_code_reviews metrics: severity "urgent": must be low, medium, high or critical
}

// full returns an event of each kind with every field set, and one with nothing
// but what is needed.
func full() map[string]metrics.Event {
	const hostile = "a'); DROP TABLE metrics_bugs; -- ? ?0 $1 :x @y {{ jinja }} \\ \" ` \r\n\t\x01 🧨 \uFFFD \u2028 é"
	origin := metrics.Origin{Project: new(hostile), Source: new(hostile), RunID: new(hostile), GenerationKey: new(strings.Repeat("0123456789abcdef", 4))}
	details := metrics.JSON(`{"empty":{},"huge":123456789012345678901234567890,"list":[0,0.5,-1,null,true],"text":"\u0001\\\"\n{{ ? $1 '"}`)
	return map[string]metrics.Event{
		"a bug": &metrics.Bug{
			Origin: origin, Pattern: hostile, Error: hostile, Code: new(hostile), FilePath: new(hostile), Line: new(int64(math.MaxInt64)),
			StackTrace: new(""), Count: math.MaxInt64, Timestamp: noon,
		},
		"a bare bug": &metrics.Bug{Pattern: "p", Count: 1, Timestamp: noon},
		"a test failure": &metrics.TestFailure{
			Origin: origin, TestName: hostile, FailureReason: hostile, PatternViolated: new(hostile), CodeSnippet: new(hostile), Count: 2, Timestamp: noon,
		},
		"a bare test failure": &metrics.TestFailure{TestName: "t", Count: 1, Timestamp: noon},
		"a review": &metrics.CodeReview{
			Origin: origin, IssueType: hostile, Pattern: hostile, Severity: metrics.SeverityCritical, FilePath: new(hostile),
			Line: new(int64(0)), Suggestion: new(hostile), Count: 3, Timestamp: noon,
		},
		"a bare review": &metrics.CodeReview{IssueType: "i", Pattern: "p", Severity: metrics.SeverityLow, Count: 1, Timestamp: noon},
		"a measurement": &metrics.Performance{
			Origin: origin, MetricType: hostile, Details: details, FunctionName: new(hostile), ExecutionTimeMS: new(math.MaxFloat64),
			MemoryUsageBytes: new(int64(math.MaxInt64)), FileSizeBytes: new(int64(0)), Timestamp: noon,
		},
		"the shortest measurement": &metrics.Performance{MetricType: "m", Details: metrics.JSON(`{}`), ExecutionTimeMS: new(5e-324), Timestamp: noon},
		"an honest zero":           &metrics.Performance{MetricType: "m", ExecutionTimeMS: new(0.0), Timestamp: noon},
		"a bare measurement":       &metrics.Performance{MetricType: "m", Timestamp: noon},
		"a deployment": &metrics.Deployment{
			Origin: origin, IssueType: new(hostile), Pattern: new(hostile), Environment: hostile, RootCause: new(hostile),
			ResolutionTimeMinutes: new(int64(0)), Count: 4, Timestamp: metrics.At(time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)),
		},
		"a bare deployment": &metrics.Deployment{
			Environment: "e", Count: 1, Timestamp: metrics.At(time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC)),
		},
		"a generation": &metrics.CodeGeneration{
			Origin: origin, Prompt: hostile, PatternsApplied: metrics.Names{hostile, "b"}, PatternsCount: new(int64(2)), Confidence: new(0.1),
			Success: new(false), CodeLength: new(int64(7)), CompilationError: new(hostile), GenerationMetadata: details, Timestamp: noon,
		},
		"a generation without patterns": &metrics.CodeGeneration{PatternsApplied: metrics.Names{}, Confidence: new(1.0), Success: new(true), Timestamp: noon},
		"a bare generation":             &metrics.CodeGeneration{Timestamp: noon},
	}
}

func TestInsertKeepsEveryField(t *testing.T) {
	t.Parallel()

	// Few rows of a table travel in another way than many.
	for name, copies := range map[string]int{"few": 1, "many": 600} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			storetest.Each(t, func(t *testing.T, db *store.DB) {
				var events []metrics.Event
				for _, e := range full() {
					for ordinal := range copies {
						e := clone(e)
						e.Provenance().EventKey = e.ContentKey(ordinal)
						events = append(events, e)
					}
				}
				receipt := insert(t, db, events)
				assert.Equal(t, store.Count{Stored: len(events)}, receipt.Total(), "%v", receipt.Refused)

				for name, want := range full() {
					metrics.Complete(want)
					assert.Equal(t, want, stored(t, db, want), name)
				}
			})
		})
	}
}

func TestInsertCompletesEvents(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		bug := &metrics.Bug{ID: 77, Pattern: "p", Timestamp: metrics.Time{Time: noon.In(time.FixedZone("", 3600)).Add(999)}}
		insert(t, db, []metrics.Event{bug})

		want := &metrics.Bug{Origin: metrics.Origin{EventKey: bug.ContentKey(0)}, Pattern: "p", Count: 1, Timestamp: noon}
		assert.Equal(t, want, stored(t, db, bug), "an instant cut to microseconds, a count, a key")
	})
}

func TestInsertKeepsNoNegativeZero(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		e := &metrics.Performance{MetricType: "m", ExecutionTimeMS: new(math.Copysign(0, -1)), Timestamp: noon}
		insert(t, db, []metrics.Event{e})
		got := stored(t, db, e).(*metrics.Performance)
		assert.False(t, math.Signbit(*got.ExecutionTimeMS))
	})
}

func TestInsertNothing(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		receipt := insert(t, db, nil)
		assert.Empty(t, receipt.Tables)
		assert.Empty(t, receipt.Refused)
	})
}

func TestInsertTwiceIsOnce(t *testing.T) {
	t.Parallel()

	for name, n := range map[string]int{"few": 5, "many": 2000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			storetest.Each(t, func(t *testing.T, db *store.DB) {
				assert.Equal(t, map[string]store.Count{"metrics_bugs": {Stored: n}}, insert(t, db, bugs(0, n)).Tables)
				assert.Equal(t, map[string]store.Count{"metrics_bugs": {Duplicate: n}}, insert(t, db, bugs(0, n)).Tables)
				assert.Equal(t, map[string]store.Count{"metrics_bugs": {Stored: 2, Duplicate: n}}, insert(t, db, bugs(0, n+2)).Tables)
				assert.Equal(t, n+2, countBugs(t, db))
			})
		})
	}
}

func TestSecondOfAKeyIsADuplicate(t *testing.T) {
	t.Parallel()

	for name, n := range map[string]int{"few": 2, "many": 1000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			storetest.Each(t, func(t *testing.T, db *store.DB) {
				events := bugs(0, n)
				second := &metrics.Bug{Origin: *events[0].Provenance(), Pattern: "other", Timestamp: noon}
				metrics.Complete(events[0])
				second.EventKey = events[0].Provenance().EventKey
				events = append(events, second)

				assert.Equal(t, store.Count{Stored: n, Duplicate: 1}, insert(t, db, events).Total())
				assert.Equal(t, "guard-clause", stored(t, db, second).(*metrics.Bug).Pattern, "the first one is kept")
			})
		})
	}
}

func TestRowsAreInTheOrderOfEvents(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		events := bugs(0, 3000)
		rand.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		insert(t, db, events)

		var keys []string
		require.NoError(t, db.NewSelect().Model((*metrics.Bug)(nil)).Column("event_key").Order("id").Scan(t.Context(), &keys))
		for i, e := range events {
			require.Equal(t, e.Provenance().EventKey, keys[i], i)
		}
	})
}

func TestRefusedEventsDoNotTakeOthersAlong(t *testing.T) {
	t.Parallel()

	for name, n := range map[string]int{"in one chunk": 20, "in two chunks": 12_000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			storetest.Each(t, func(t *testing.T, db *store.DB) {
				events := bugs(0, n)
				orphan := func(i int) { events[i].Provenance().OrganizationID = new(int64(4711)) }
				orphan(0)
				orphan(n/2 - 1)
				orphan(n / 2)
				orphan(n - 1)
				events[3] = &metrics.CodeReview{IssueType: "naming", Severity: "urgent", Timestamp: noon}
				events[4] = &metrics.CodeGeneration{Prompt: "works", Timestamp: noon}
				events[5] = &metrics.CodeGeneration{Origin: metrics.Origin{OrganizationID: new(int64(-1))}, Timestamp: noon}

				receipt := insert(t, db, events)
				assert.Equal(t, map[string]store.Count{
					"metrics_bugs":            {Stored: n - 7, Refused: 4},
					"metrics_code_reviews":    {Refused: 1},
					"metrics_code_generation": {Stored: 1, Refused: 1},
				}, receipt.Tables)
				assert.Equal(t, n-7, countBugs(t, db))

				var indexes []int
				for _, refusal := range receipt.Refused {
					indexes = append(indexes, refusal.Index)
					assert.Equal(t, events[refusal.Index].Table(), refusal.Table)
					assert.ErrorContains(t, refusal.Err, ": ")
				}
				assert.Equal(t, []int{0, 3, 5, n/2 - 1, n / 2, n - 1}, indexes)

				var broken *metrics.FieldError
				require.ErrorAs(t, receipt.Refused[1].Err, &broken)
				assert.Equal(t, "pattern", broken.Field, "all rules are reported")
				assert.ErrorContains(t, receipt.Refused[1].Err, "severity")
				assert.ErrorIs(t, receipt.Refused[0].Err, store.ErrConflict)

				again := insert(t, db, events)
				assert.Equal(t, store.Count{Duplicate: n - 6, Refused: 6}, again.Total())
			})
		})
	}
}

func TestAllRefused(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		events := bugs(0, 700)
		for _, e := range events {
			e.Provenance().OrganizationID = new(int64(1))
		}
		receipt := insert(t, db, events)
		assert.Equal(t, store.Count{Refused: len(events)}, receipt.Total())
		assert.Zero(t, countBugs(t, db))
	})
}

func TestOverlappingInsertsAtOnce(t *testing.T) {
	t.Parallel()

	for name, database := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			dsn := database(t)
			one, two := open(t, dsn, store.Options{}), open(t, dsn, store.Options{})
			require.NoError(t, store.Migrate(t.Context(), one))

			const (
				writers = 6
				size    = 800
			)
			receipts := make([]store.Receipt, writers)
			errs := make([]error, writers)
			var all sync.WaitGroup
			for w := range writers {
				all.Go(func() {
					db := []*store.DB{one, two}[w%2]
					events := bugs(w*size/2, w*size/2+size)
					if w%3 == 2 { // against the order of the others
						for i, j := 0, len(events)-1; i < j; i, j = i+1, j-1 {
							events[i], events[j] = events[j], events[i]
						}
					}
					receipts[w], errs[w] = db.Insert(context.WithoutCancel(t.Context()), events)
				})
			}
			all.Wait()

			var sum store.Count
			for w := range writers {
				require.NoError(t, errs[w])
				total := receipts[w].Total()
				assert.Equal(t, size, total.Stored+total.Duplicate)
				sum.Stored += total.Stored
			}
			assert.Equal(t, (writers+1)*size/2, sum.Stored)
			assert.Equal(t, sum.Stored, countBugs(t, one))
		})
	}
}

func TestFullDisk(t *testing.T) {
	t.Parallel()

	db := open(t, storetest.SQLite(t), store.Options{MaxConns: 1})
	require.NoError(t, store.Migrate(t.Context(), db))

	events := bugs(0, 15_000)
	var pages int
	require.NoError(t, db.NewRaw("PRAGMA page_count").Scan(t.Context(), &pages))
	_, err := db.ExecContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", pages+650))
	require.NoError(t, err)

	receipt, err := db.Insert(t.Context(), events)
	require.ErrorIs(t, err, store.ErrFull)
	assert.Equal(t, store.Count{Stored: 10_000}, receipt.Total(), "what was committed before counts")
	assert.Equal(t, 10_000, countBugs(t, db), "nothing is half stored")

	_, err = db.ExecContext(t.Context(), "PRAGMA max_page_count = 1000000")
	require.NoError(t, err)
	assert.Equal(t, store.Count{Stored: 5000, Duplicate: 10_000}, insert(t, db, events).Total(), "it works once there is space")
}

func TestEndedContext(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		db.DB = db.WithQueryHook(&secondCommit{do: cancel})
		events := bugs(0, 12_000)

		receipt, err := db.Insert(ctx, events)
		require.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, store.Count{Stored: 10_000}, receipt.Total())
		assert.Equal(t, 10_000, countBugs(t, db))

		receipt, err = db.Insert(ctx, events)
		require.ErrorIs(t, err, context.Canceled)
		assert.Empty(t, receipt.Tables)
	})
}

// secondCommit does something just before the second commit.
type secondCommit struct {
	commits int
	do      func()
}

func (h *secondCommit) BeforeQuery(ctx context.Context, event *bun.QueryEvent) context.Context {
	if event.Operation() == "COMMIT" {
		if h.commits++; h.commits == 2 {
			h.do()
		}
	}
	return ctx
}

func (*secondCommit) AfterQuery(context.Context, *bun.QueryEvent) {}

type verdict int

const (
	valid     verdict = iota
	broken            // for Validate and for the constraints
	unchecked         // broken, but beyond what constraints can say
)

type hostileEvent struct {
	event metrics.Event
	verdict
}

// hostile are values that databases by themselves treat differently, or store
// and cannot read any more.
func hostile() map[string]hostileEvent {
	cases := map[string]hostileEvent{
		"a microsecond before 1970":   {&metrics.Bug{Pattern: "p", Timestamp: at(1969, 12, 31, 23, 59, 59, 999999)}, broken},
		"the year 10000":              {&metrics.Bug{Pattern: "p", Timestamp: at(10000, 1, 1, 0, 0, 0, 0)}, broken},
		"the last microsecond":        {&metrics.Bug{Pattern: "p", Timestamp: at(9999, 12, 31, 23, 59, 59, 999999)}, valid},
		"no time":                     {&metrics.Bug{Pattern: "p"}, broken},
		"a negative line":             {&metrics.Bug{Pattern: "p", Line: new(int64(-1)), Timestamp: noon}, broken},
		"the largest line":            {&metrics.Bug{Pattern: "p", Line: new(int64(math.MaxInt64)), Timestamp: noon}, valid},
		"a negative count":            {&metrics.Bug{Pattern: "p", Count: -1, Timestamp: noon}, broken},
		"an unknown severity":         {&metrics.CodeReview{IssueType: "i", Pattern: "p", Severity: "urgent", Timestamp: noon}, broken},
		"a severity in capitals":      {&metrics.CodeReview{IssueType: "i", Pattern: "p", Severity: "HIGH", Timestamp: noon}, broken},
		"no severity":                 {&metrics.CodeReview{IssueType: "i", Pattern: "p", Timestamp: noon}, broken},
		"a short key":                 {&metrics.Bug{Origin: metrics.Origin{EventKey: "abc"}, Pattern: "p", Timestamp: noon}, broken},
		"a link that is no key":       {&metrics.Bug{Origin: metrics.Origin{GenerationKey: new("abc")}, Pattern: "p", Timestamp: noon}, broken},
		"a link in capitals":          {&metrics.Bug{Origin: metrics.Origin{GenerationKey: new(strings.Repeat("A", 64))}, Pattern: "p", Timestamp: noon}, broken},
		"a link with other digits":    {&metrics.Bug{Origin: metrics.Origin{GenerationKey: new(strings.Repeat("٣", 32))}, Pattern: "p", Timestamp: noon}, broken},
		"a link of accented letters":  {&metrics.Bug{Origin: metrics.Origin{GenerationKey: new(strings.Repeat("a", 62) + "é")}, Pattern: "p", Timestamp: noon}, broken},
		"a link with NUL":             {&metrics.Bug{Origin: metrics.Origin{GenerationKey: new(strings.Repeat("a", 63) + "\x00")}, Pattern: "p", Timestamp: noon}, broken},
		"a link to nothing known":     {&metrics.Bug{Origin: metrics.Origin{GenerationKey: new(strings.Repeat("f", 64))}, Pattern: "p", Timestamp: noon}, valid},
		"an array for an object":      {&metrics.Performance{MetricType: "m", Details: metrics.JSON(`[]`), Timestamp: noon}, broken},
		"a text for an object":        {&metrics.Performance{MetricType: "m", Details: metrics.JSON(`"x"`), Timestamp: noon}, broken},
		"broken JSON":                 {&metrics.Performance{MetricType: "m", Details: metrics.JSON(`{"a":`), Timestamp: noon}, broken},
		"empty JSON":                  {&metrics.Performance{MetricType: "m", Details: metrics.JSON(``), Timestamp: noon}, broken},
		"negative minutes":            {&metrics.Deployment{Environment: "e", ResolutionTimeMinutes: new(int64(-1)), Timestamp: noon}, broken},
		"a negative number of bytes":  {&metrics.Performance{MetricType: "m", FileSizeBytes: new(int64(-1)), Timestamp: noon}, broken},
		"a negative number of tokens": {&metrics.Performance{MetricType: "m", Details: metrics.JSON(`{"tokens":-1}`), Timestamp: noon}, valid},
		"64 levels of JSON":           {&metrics.Performance{MetricType: "m", Details: nested(64), Timestamp: noon}, valid},
	}
	for name, f := range map[string]float64{"NaN": math.NaN(), "infinite": math.Inf(1), "negative infinite": math.Inf(-1), "negative": -0.001} {
		cases["a confidence that is "+name] = hostileEvent{&metrics.CodeGeneration{Confidence: &f, Timestamp: noon}, broken}
		cases["a duration that is "+name] = hostileEvent{&metrics.Performance{MetricType: "m", ExecutionTimeMS: &f, Timestamp: noon}, broken}
	}
	for name, f := range map[string]float64{"zero": 0, "the smallest": 5e-324, "one": 1, "a tenth": 0.1} {
		cases["a confidence of "+name] = hostileEvent{&metrics.CodeGeneration{Confidence: &f, Timestamp: noon}, valid}
	}
	cases["a confidence above one"] = hostileEvent{&metrics.CodeGeneration{Confidence: new(math.Nextafter(1, 2)), Timestamp: noon}, broken}
	cases["the longest duration"] = hostileEvent{&metrics.Performance{MetricType: "m", ExecutionTimeMS: new(math.MaxFloat64), Timestamp: noon}, valid}

	for name, text := range map[string]struct {
		s string
		verdict
	}{
		"a quote that ends":      {"a'); DROP TABLE metrics_bugs; --", valid},
		"a question mark":        {"?", valid},
		"a numbered placeholder": {"$1 ?1 :1 @1", valid},
		"a backslash":            {`\`, valid},
		"two quotes":             {`''""`, valid},
		"a template":             {"{{ jinja }} {% if %}", valid},
		"a replacement":          {"\uFFFD", valid},
		"an emoji":               {"👩‍👩‍👧", valid},
		"a line separator":       {"\u2028", valid},
		"a byte order mark":      {"\uFEFF", valid},
		"control characters":     {"\x01\x1b\x7f\r\n", valid},
		"right to left":          {"\u202Egnp.exe", valid},
		"NUL":                    {"a\x00b", broken},
		"invalid UTF-8":          {"a\xffb", unchecked}, // Bun replaces it
		"half a character":       {"\xf0\x9f", unchecked},
		"a surrogate":            {"\xed\xa0\x80", unchecked},
	} {
		cases["a name that is "+name] = hostileEvent{&metrics.Bug{Pattern: text.s, Timestamp: noon}, text.verdict}
		cases["a message that is "+name] = hostileEvent{&metrics.Bug{Pattern: "p", Error: text.s, Timestamp: noon}, text.verdict}
		cases["a project that is "+name] = hostileEvent{&metrics.Bug{Origin: metrics.Origin{Project: &text.s}, Pattern: "p", Timestamp: noon}, text.verdict}
		cases["a list with "+name] = hostileEvent{&metrics.CodeGeneration{PatternsApplied: metrics.Names{"a", text.s}, Timestamp: noon}, text.verdict}
	}
	for name, text := range map[string]struct {
		s string
		verdict
	}{
		"1024 bytes": {strings.Repeat("é", 512), valid},
		"1025 bytes": {"x" + strings.Repeat("é", 512), broken},
		"nothing":    {"", broken},
	} {
		cases["a name that is "+name] = hostileEvent{&metrics.Bug{Pattern: text.s, Timestamp: noon}, text.verdict}
		cases["a project that is "+name] = hostileEvent{&metrics.Bug{Origin: metrics.Origin{Project: &text.s}, Pattern: "p", Timestamp: noon}, text.verdict}
		inList := text.verdict
		if inList == broken {
			inList = unchecked
		}
		cases["a list with "+name] = hostileEvent{&metrics.CodeGeneration{PatternsApplied: metrics.Names{text.s}, Timestamp: noon}, inList}
	}
	cases["an empty message"] = hostileEvent{&metrics.Bug{Pattern: "p", Error: "", Timestamp: noon}, valid}
	cases["a message of 64 KiB"] = hostileEvent{&metrics.Bug{Pattern: "p", Error: strings.Repeat("x", 64<<10), Timestamp: noon}, valid}
	cases["a longer message"] = hostileEvent{&metrics.Bug{Pattern: "p", Error: strings.Repeat("x", 64<<10+1), Timestamp: noon}, broken}
	for _, c := range cases {
		metrics.Complete(c.event)
	}
	return cases
}

func TestHostileValuesGetTheSameVerdict(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for name, c := range hostile() {
			receipt := insert(t, db, []metrics.Event{c.event})
			if c.verdict != valid {
				assert.Equal(t, store.Count{Refused: 1}, receipt.Total(), name)
				continue
			}
			assert.Equal(t, store.Count{Stored: 1}, receipt.Total(), name)
			assert.Equal(t, c.event, stored(t, db, c.event), name)
			requireReadable(t, db)
		}
	})
}

func TestChecksGiveTheVerdictOfValidate(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for name, c := range hostile() {
			_, err := db.NewInsert().Model(c.event).Exec(t.Context())
			switch c.verdict {
			case valid:
				assert.NoError(t, err, name)
			case broken:
				assert.Error(t, err, name)
			case unchecked:
			}
			requireReadable(t, db)
		}
	})
}

func requireReadable(t *testing.T, db *store.DB) {
	t.Helper()

	for _, models := range []any{
		&[]metrics.Bug{}, &[]metrics.TestFailure{}, &[]metrics.CodeReview{},
		&[]metrics.Performance{}, &[]metrics.Deployment{}, &[]metrics.CodeGeneration{},
	} {
		require.NoError(t, db.NewSelect().Model(models).Scan(t.Context()), "%T", models)
	}
}

// insert returns the receipt after checking that it counts every event once.
func insert(t *testing.T, db *store.DB, events []metrics.Event) store.Receipt {
	t.Helper()

	receipt, err := db.Insert(t.Context(), events)
	require.NoError(t, err)
	total := receipt.Total()
	require.Len(t, events, total.Stored+total.Duplicate+total.Refused)
	require.Len(t, receipt.Refused, total.Refused)
	return receipt
}

// stored reads the row of an event back, without its id.
func stored(t *testing.T, db *store.DB, e metrics.Event) metrics.Event {
	t.Helper()

	row := reflect.New(reflect.TypeOf(e).Elem())
	require.NoError(t, db.NewSelect().Model(row.Interface()).Where("event_key = ?", e.Provenance().EventKey).Scan(t.Context()))
	row.Elem().FieldByName("ID").SetInt(0)
	return row.Interface().(metrics.Event)
}

func clone(e metrics.Event) metrics.Event {
	c := reflect.New(reflect.TypeOf(e).Elem())
	c.Elem().Set(reflect.ValueOf(e).Elem())
	return c.Interface().(metrics.Event)
}

// bugs are different from one number to another.
func bugs(from, to int) []metrics.Event {
	var events []metrics.Event
	for i := from; i < to; i++ {
		events = append(events, &metrics.Bug{Pattern: "guard-clause", Error: fmt.Sprint("nil map ", i), Timestamp: noon})
	}
	return events
}

func countBugs(t *testing.T, db *store.DB) int {
	t.Helper()

	var n int
	require.NoError(t, db.NewSelect().Model((*metrics.Bug)(nil)).ColumnExpr("count(*)").Scan(t.Context(), &n))
	return n
}

func at(year int, month time.Month, day, hour, minute, second, microsecond int) metrics.Time {
	return metrics.At(time.Date(year, month, day, hour, minute, second, microsecond*1000, time.UTC))
}

func nested(depth int) metrics.JSON {
	return metrics.JSON(strings.Repeat(`{"a":`, depth-1) + "{}" + strings.Repeat("}", depth-1))
}
