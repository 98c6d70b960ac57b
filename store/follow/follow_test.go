package follow_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/export"
	"github.com/doronpers/feedback-loop-go/store/follow"
	"github.com/doronpers/feedback-loop-go/store/ingest"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

// later is long after every test file was written.
var later = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)

// line is a bug in JSON Lines.
func line(name string) string {
	return `{"table":"metrics_bugs","pattern":"p","error":"` + name + `","timestamp":"2026-03-04T12:00:00Z"}` + "\n"
}

// lines are bugs with numbers as names.
func lines(from, to int) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		b.WriteString(line(string(rune('a'+i%26)) + strings.Repeat("x", i%7)))
	}
	return b.String()
}

func write(t *testing.T, path, text string) {
	t.Helper()

	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

// pass follows the paths and returns what became of their records, and how many
// files it read.
func pass(t *testing.T, db *store.DB, paths ...string) (total ingest.Count, files int) {
	t.Helper()

	receipts, err := follow.Pass(t.Context(), db, paths, later, ingest.Options{})
	require.NoError(t, err)
	for _, r := range receipts {
		require.NoError(t, r.Err)
		for _, c := range r.Tables {
			total.Read += c.Read
			total.Stored += c.Stored
			total.Duplicate += c.Duplicate
			total.Refused += c.Refused
		}
	}
	return total, len(receipts)
}

func bugs(t *testing.T, db *store.DB) int {
	t.Helper()

	n, err := db.NewSelect().Model((*metrics.Bug)(nil)).Count(t.Context())
	require.NoError(t, err)
	return int(n)
}

func TestOnlyWhatIsNewIsRead(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		folder := t.TempDir()
		log := filepath.Join(folder, "deep", "log.jsonl")
		write(t, log, lines(0, 3))
		write(t, filepath.Join(folder, "notes.txt"), "no records")
		write(t, filepath.Join(folder, ".git", "x.json"), "{}")

		step := func(name string, want ingest.Count, wantFiles int) {
			t.Helper()
			got, files := pass(t, db, folder)
			assert.Equal(t, want, got, name)
			assert.Equal(t, wantFiles, files, name)
		}
		step("first", ingest.Count{Read: 3, Stored: 3}, 1)
		step("nothing is new", ingest.Count{}, 0)

		write(t, log, lines(0, 5))
		step("the file has grown", ingest.Count{Read: 2, Stored: 2}, 1)

		require.NoError(t, os.Chtimes(log, time.Time{}, later.AddDate(0, -1, 0)))
		step("it was touched", ingest.Count{}, 1)
		step("nothing is new after that", ingest.Count{}, 0)

		write(t, log, lines(3, 4))
		step("it was truncated", ingest.Count{Read: 1, Duplicate: 1}, 1)

		require.NoError(t, os.Rename(log, filepath.Join(folder, "log.1.jsonl")))
		write(t, log, lines(5, 9))
		step("it was rotated", ingest.Count{Read: 5, Stored: 4, Duplicate: 1}, 2)
		assert.Equal(t, 9, bugs(t, db))
	})
}

// Records that are equal stay apart, wherever the passes fall.
func TestRepeatsAcrossPasses(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		log := filepath.Join(t.TempDir(), "log.jsonl")
		for n := 1; n <= 4; n++ {
			write(t, log, strings.Repeat(line("same"), n))
			got, _ := pass(t, db, log)
			assert.Equal(t, ingest.Count{Read: 1, Stored: 1}, got)
		}
		assert.Equal(t, 4, bugs(t, db))
	})
}

func TestAFileIsReadFurtherWhenItIsComplete(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		file := filepath.Join(t.TempDir(), "f.json")
		document := `{"bugs":[` + strings.TrimSpace(strings.ReplaceAll(line("a"), `"table":"metrics_bugs",`, "")) + `,` +
			strings.TrimSpace(strings.ReplaceAll(line("b"), `"table":"metrics_bugs",`, "")) + `]}`
		write(t, file, document[:len(document)-20])
		receipts, err := follow.Pass(t.Context(), db, []string{file}, later, ingest.Options{})
		require.NoError(t, err)
		require.Len(t, receipts, 1)
		var format *ingest.FormatError
		require.ErrorAs(t, receipts[0].Err, &format)
		assert.Equal(t, 1, receipts[0].Total().Stored)

		receipts, err = follow.Pass(t.Context(), db, []string{file}, later, ingest.Options{})
		require.NoError(t, err)
		assert.Empty(t, receipts, "it has not changed")

		write(t, file, document)
		got, _ := pass(t, db, file)
		assert.Equal(t, ingest.Count{Read: 1, Stored: 1}, got)
	})
}

func TestAnUnreadablePathHasAReceipt(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		folder := t.TempDir()
		write(t, filepath.Join(folder, "a.jsonl"), line("a"))
		receipts, err := follow.Pass(t.Context(), db, []string{filepath.Join(folder, "absent"), folder}, later, ingest.Options{})
		require.NoError(t, err)
		require.Len(t, receipts, 2)
		require.ErrorIs(t, receipts[0].Err, os.ErrNotExist)
		assert.Equal(t, 1, receipts[1].Total().Stored)
	})
}

// However often a pass is interrupted, wherever the file has come to, the end is
// that of one import.
func TestInterruptedPassesEndAsOneImport(t *testing.T) {
	t.Parallel()

	text := lines(0, 25_000)
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		log := filepath.Join(t.TempDir(), "log.jsonl")
		for n := range 12 {
			write(t, log, text[:len(text)*(n/2+1)/7])
			ctx, cancel := context.WithCancel(t.Context())
			o := ingest.Options{Progress: func(ingest.Progress) { cancel() }}
			_, err := follow.Pass(ctx, db, []string{log}, later, o)
			if err != nil {
				require.ErrorIs(t, err, context.Canceled)
			}
			cancel()
		}
		write(t, log, text)
		_, _ = pass(t, db, log)
		interrupted, err := export.Digest(t.Context(), db, export.Options{})
		require.NoError(t, err)

		_, err = ingest.Import(t.Context(), db, ingest.File{Name: "log.jsonl", Reader: bytes.NewReader([]byte(text))}, later, ingest.Options{})
		require.NoError(t, err)
		whole, err := export.Digest(t.Context(), db, export.Options{})
		require.NoError(t, err)
		assert.Equal(t, whole, interrupted)
		assert.Equal(t, 25_000, bugs(t, db))
	})
}
