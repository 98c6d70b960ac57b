package record_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/record"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

var smallDisk = flag.String("small-disk", "", "folder on a disk of a few MiB, to be filled up")

func TestFullDatabase(t *testing.T) {
	t.Parallel()

	db := migrated(t, storetest.SQLite(t), store.Options{MaxConns: 1}) // the limit is the connection's
	limit := func(pages int) {
		_, err := db.ExecContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", pages))
		require.NoError(t, err)
	}
	var pages int
	require.NoError(t, db.QueryRowContext(t.Context(), "PRAGMA page_count").Scan(&pages))
	limit(pages + 20)
	storeUntilFull(t, db, func() { limit(1 << 30) }, nil)
}

// TestFullDisk fills a disk, which needs one that is small:
//
//	mount -t tmpfs -o size=8m none /mnt/small
//	go test ./store/record -run TestFullDisk -small-disk /mnt/small
func TestFullDisk(t *testing.T) {
	if *smallDisk == "" {
		t.Skip("no -small-disk")
	}
	// One after the other: they fill the same disk.
	for name, journalFolder := range map[string]string{
		"without journal":         "",
		"journal on another disk": t.TempDir(),
		"journal on the disk":     *smallDisk,
	} {
		t.Run(name, func(t *testing.T) {
			folder, err := os.MkdirTemp(*smallDisk, "")
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })
			db := migrated(t, filepath.Join(folder, "feedback.db"), store.Options{})

			ballast := filepath.Join(folder, "ballast")
			fillUp(t, ballast, 256<<10)
			var journal *record.Journal
			if journalFolder != "" {
				journal = openJournal(t, filepath.Join(journalFolder, "journal"))
			}
			storeUntilFull(t, db, func() { require.NoError(t, os.Remove(ballast)) }, journal)
		})
	}
}

// fillUp leaves about the given number of bytes free.
func fillUp(t *testing.T, path string, free int) {
	t.Helper()

	f, err := os.Create(path)
	require.NoError(t, err)
	defer f.Close()
	size := int64(0)
	for block := make([]byte, 4096); ; {
		n, err := f.Write(block)
		size += int64(n)
		if err != nil {
			break
		}
	}
	require.NoError(t, f.Truncate(size-int64(free)))
}

// storeUntilFull stores events until the disk is full, lets free make room, and
// requires that nothing acknowledged is lost and everything is stored in the
// end.
func storeUntilFull(t *testing.T, db *store.DB, free func(), journal *record.Journal) {
	t.Helper()

	r := record.New(db, record.Options{Journal: journal})
	acknowledged := map[string]bool{}
	full := false
	for n := 0; !full; n++ {
		require.Less(t, n, 100_000, "never full")
		start := time.Now()
		key, err := r.Store(t.Context(), bug(fmt.Sprintf("%0*d", 4000, n)))
		assert.Less(t, time.Since(start), time.Second)
		if err == nil {
			acknowledged[key] = true
			full = r.Stats().Err != nil // it is in the journal only
			continue
		}
		require.ErrorIs(t, err, store.ErrFull)
		full = true
	}
	start := time.Now()
	require.ErrorIs(t, r.Flush(t.Context()), store.ErrFull)
	assert.Less(t, time.Since(start), time.Second)
	require.ErrorIs(t, r.Stats().Err, store.ErrFull)
	before := balance(t, r)
	assert.Positive(t, before.InFlight)

	free()
	require.Eventually(t, func() bool { return r.Flush(t.Context()) == nil }, 10*time.Second, time.Millisecond)
	_, err := r.Store(t.Context(), bug("there is space again"))
	require.NoError(t, err)
	require.NoError(t, r.Close(t.Context()))
	s := balance(t, r)
	assert.Equal(t, s.Accepted, s.Stored)
	t.Logf("%d stored before the disk was full, %d waited", before.Stored, before.InFlight)

	var keys []string
	require.NoError(t, db.NewSelect().Model((*metrics.Bug)(nil)).Column("event_key").Scan(t.Context(), &keys))
	assert.Len(t, keys, s.Stored)
	for _, key := range keys {
		delete(acknowledged, key)
	}
	assert.Empty(t, acknowledged, "acknowledged and lost")
	requireIntegrity(t, db)
}

func migrated(t *testing.T, dsn string, o store.Options) *store.DB {
	t.Helper()

	db, err := store.Open(t.Context(), dsn, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	require.NoError(t, store.Migrate(t.Context(), db))
	return db
}

func requireIntegrity(t *testing.T, db *store.DB) {
	t.Helper()

	var verdict string
	require.NoError(t, db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict))
	require.Equal(t, "ok", verdict)
}
