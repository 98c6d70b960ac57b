package export_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/export"
	"github.com/doronpers/feedback-loop-go/store/ingest"
	"github.com/doronpers/feedback-loop-go/store/sample"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 123456000, time.UTC)

// awkward are events that an import could take for something else.
func awkward() []metrics.Event {
	at := metrics.At(noon)
	json := func(s string) metrics.JSON {
		j, err := metrics.ParseJSON([]byte(s))
		if err != nil {
			panic(err)
		}
		return j
	}
	key := strings.Repeat("ab", 32)
	return []metrics.Event{
		// What has no column of its own must not get one.
		&metrics.Performance{
			MetricType: "execution_time", Timestamp: at,
			Details: json(`{"function":"f","avg_time_ms":3,"memory_usage":7,"_unknown":{"a":1}}`),
		},
		&metrics.Performance{MetricType: metrics.MetricLLMCall, Timestamp: at, Details: json(`{"provider":"p","latency_ms":12.5}`)},
		&metrics.Performance{MetricType: metrics.MetricTestRun, Timestamp: at, Details: json(`{"passed":9007199254740993,"failed":0}`)},
		&metrics.Performance{MetricType: "m", Timestamp: at, ExecutionTimeMS: new(0.1), MemoryUsageBytes: new(int64(1) << 62)},
		// Equal but for the key: they happened twice.
		&metrics.Bug{Pattern: "p", Error: "e", Timestamp: at, Origin: metrics.Origin{EventKey: strings.Repeat("0", 64)}},
		&metrics.Bug{Pattern: "p", Error: "e", Timestamp: at, Origin: metrics.Origin{EventKey: strings.Repeat("1", 64)}},
		&metrics.Bug{
			Origin:  metrics.Origin{Project: new("shop"), Source: new("ci"), RunID: new("1"), GenerationKey: &key},
			Pattern: "<&>\u2028\"\\\n", Error: "é😀\x01", Code: new(""), Line: new(int64(3)), Count: 7, Timestamp: at,
		},
		&metrics.TestFailure{TestName: "t", FailureReason: "=1+1", Timestamp: at},
		&metrics.CodeReview{IssueType: "i", Pattern: "p", Severity: metrics.SeverityCritical, Timestamp: at},
		&metrics.Deployment{Environment: "production", RootCause: new("r"), ResolutionTimeMinutes: new(int64(0)), Timestamp: at},
		&metrics.CodeGeneration{Prompt: "unknown", Timestamp: at},
		&metrics.CodeGeneration{
			Prompt: "known", PatternsApplied: metrics.Names{}, PatternsCount: new(int64(0)), Confidence: new(0.0), Success: new(false),
			CodeLength: new(int64(0)), CompilationError: new(" "), GenerationMetadata: json(`{}`), Timestamp: at,
		},
		&metrics.CodeGeneration{Prompt: "two", PatternsApplied: metrics.Names{"a", "a"}, Timestamp: at},
	}
}

// fill stores the sample and the awkward events.
func fill(t *testing.T, db *store.DB) {
	t.Helper()

	_, err := sample.Write(t.Context(), db, sample.Options{Until: noon, Days: 20, Events: 1500, Seed: 1})
	require.NoError(t, err)
	receipt, err := db.Insert(t.Context(), awkward())
	require.NoError(t, err)
	require.Empty(t, receipt.Refused)
}

func digest(t *testing.T, db *store.DB) string {
	t.Helper()

	d, err := export.Digest(t.Context(), db, export.Options{})
	require.NoError(t, err)
	return d
}

func TestImportOfAnExportRestoresEverything(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		write  func(context.Context, bun.IDB, io.Writer, export.Options) error
		format ingest.Format
	}{
		"feedback-loop": {export.WriteFeedbackLoop, ingest.FeedbackLoop},
		"JSON Lines":    {export.WriteJSONLines, ingest.JSONLines},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				fill(t, db)
				var file bytes.Buffer
				require.NoError(t, c.write(t.Context(), db, &file, export.Options{}))
				text := file.String()

				restore := func(db *store.DB) ingest.Receipt {
					receipt, err := ingest.Import(t.Context(), db, ingest.File{Name: "f", Reader: strings.NewReader(text)}, noon, ingest.Options{})
					require.NoError(t, err)
					require.Empty(t, receipt.Refused)
					assert.Equal(t, c.format, receipt.Format)
					assert.Empty(t, receipt.UnknownKeys)
					return receipt
				}
				again := restore(db).Total()
				assert.Equal(t, ingest.Count{Read: again.Read, Duplicate: again.Read}, again, "nothing is added where all is")

				for _, dsn := range []string{storetest.SQLite(t), storetest.Postgres(t)} {
					other, err := store.Open(t.Context(), dsn, store.Options{})
					require.NoError(t, err)
					defer other.Close()
					require.NoError(t, store.Migrate(t.Context(), other))
					first := restore(other).Total()
					assert.Equal(t, ingest.Count{Read: again.Read, Stored: again.Read}, first)
					assert.Equal(t, digest(t, db), digest(t, other))
				}
			})
		})
	}
}

func TestDigestIsOfTheContentOnly(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		empty := digest(t, db)
		events := awkward()
		for i := len(events) - 1; i >= 0; i-- { // other ids
			_, err := db.Insert(t.Context(), events[i:i+1])
			require.NoError(t, err)
		}
		assert.NotEqual(t, empty, digest(t, db))
		assert.Equal(t, "e211dc2d5c9d9af0d9355fadce4de6983c4b1df73cfe7105899e4fb55d80edf5", digest(t, db))
	})
}

func TestOneOrganization(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		org := api.Organization{Name: "Acme", Slug: "acme", SubscriptionTier: api.TierFree, CreatedAt: metrics.At(noon), UpdatedAt: metrics.At(noon)}
		_, err := db.NewInsert().Model(&org).Exec(t.Context())
		require.NoError(t, err)
		at := metrics.At(noon)
		_, err = db.Insert(t.Context(), []metrics.Event{
			&metrics.Bug{Pattern: "p", Error: "theirs", Timestamp: at, Origin: metrics.Origin{OrganizationID: &org.ID}},
			&metrics.Bug{Pattern: "p", Error: "nobody's", Timestamp: at},
		})
		require.NoError(t, err)
		var file strings.Builder
		require.NoError(t, export.WriteJSONLines(t.Context(), db, &file, export.Options{OrganizationID: &org.ID}))
		assert.Equal(t, 1, strings.Count(file.String(), "\n"))
		assert.Contains(t, file.String(), "theirs")
		assert.NotContains(t, file.String(), "organization")
	})
}

func TestCSVHasALineForEachEvent(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		fill(t, db)
		for _, table := range export.Tables() {
			var file bytes.Buffer
			require.NoError(t, export.WriteCSV(t.Context(), db, &file, table, export.Options{}))
			lines, err := csv.NewReader(&file).ReadAll()
			require.NoError(t, err)
			stored, err := db.NewSelect().Table(table).Count(t.Context())
			require.NoError(t, err)
			assert.Len(t, lines, int(stored)+1, table)
			assert.Equal(t, "event_key", lines[0][0])
		}
		require.EqualError(t, export.WriteCSV(t.Context(), db, io.Discard, "users", export.Options{}), `export: no event table "users"`)
	})
}

// failing is a writer that is full.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestAFullWriterIsAnError(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		fill(t, db)
		require.ErrorIs(t, export.WriteFeedbackLoop(t.Context(), db, failing{}, export.Options{}), io.ErrShortWrite)
		require.ErrorIs(t, export.WriteJSONLines(t.Context(), db, failing{}, export.Options{}), io.ErrShortWrite)
		require.ErrorIs(t, export.WriteCSV(t.Context(), db, failing{}, "metrics_bugs", export.Options{}), io.ErrShortWrite)
		_, err := export.Digest(canceled(t), db, export.Options{})
		require.ErrorIs(t, err, context.Canceled)
	})
}

func canceled(t *testing.T) context.Context {
	t.Helper()

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
