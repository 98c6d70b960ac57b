package bench_test

import (
	"context"
	"database/sql"
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/libtnb/sqlite"
	"github.com/stretchr/testify/require"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/bench"
	"github.com/doronpers/feedback-loop-go/store/ingest"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

var count = flag.Int("records", 30_000, "how many records the benchmarks import")

// A peer is one way to store all events in the database at dsn, which has the
// current schema. What prepare does is not timed.
type peer struct {
	name    string
	prepare func(b *testing.B, dsn string) (run func(context.Context) error)
}

func BenchmarkSQLite(b *testing.B) {
	compare(b, storetest.SQLite, []peer{
		{"prepared", preparedSQLite},
		{"gorm", gormSQLite},
		{"insert", insert},
		{"import", importFile},
	})
}

func BenchmarkPostgres(b *testing.B) {
	compare(b, storetest.Postgres, []peer{
		{"copy", stagedCopy},
		{"gorm", gormPostgres},
		{"insert", insert},
		{"import", importFile},
	})
}

// compare reports the rows per second of each peer, and how many times those of
// the first one they are.
func compare(b *testing.B, database func(testing.TB) string, peers []peer) {
	b.Helper()

	first := 0.0
	for _, p := range peers {
		b.Run(p.name, func(b *testing.B) {
			b.StopTimer()
			for range b.N {
				dsn := database(b)
				db := open(b, dsn)
				require.NoError(b, store.Migrate(b.Context(), db))
				require.NoError(b, db.Close())
				run := p.prepare(b, dsn)
				runtime.GC() // of what it takes to prepare

				b.StartTimer()
				require.NoError(b, run(b.Context()))
				b.StopTimer()

				requireRows(b, dsn)
			}
			rate := float64(*count) * float64(b.N) / b.Elapsed().Seconds()
			if first == 0 {
				first = rate
			}
			b.ReportMetric(rate, "rows/s")
			b.ReportMetric(rate/first, "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func open(b *testing.B, dsn string) *store.DB {
	b.Helper()

	db, err := store.Open(b.Context(), dsn, store.Options{Bulk: true})
	require.NoError(b, err)
	return db
}

func requireRows(b *testing.B, dsn string) {
	b.Helper()

	db := open(b, dsn)
	sum := int64(0)
	for table := range rawColumns {
		n, err := db.NewSelect().Table(table).Count(b.Context())
		require.NoError(b, err)
		sum += n
	}
	require.EqualValues(b, *count, sum)
	require.NoError(b, db.Close())
}

func events() []metrics.Event {
	all := make([]metrics.Event, 0, *count)
	for _, e := range bench.Events(*count) {
		all = append(all, e)
	}
	return all
}

// insert is what the library does: keys, validation, receipts and all.
func insert(b *testing.B, dsn string) func(context.Context) error {
	b.Helper()

	all := events()
	db := open(b, dsn)
	b.Cleanup(func() { require.NoError(b, db.Close()) })
	return func(ctx context.Context) error {
		_, err := db.Insert(ctx, all)
		return err
	}
}

// importFile is the whole way from a file into the database.
func importFile(b *testing.B, dsn string) func(context.Context) error {
	b.Helper()

	path := writeFile(b, *count)
	db := open(b, dsn)
	b.Cleanup(func() { require.NoError(b, db.Close()) })
	return func(ctx context.Context) error {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		_, err = ingest.Import(ctx, db, ingest.File{Name: path, Reader: file}, time.Now(), ingest.Options{})
		return err
	}
}

// writeFile returns the path of a file of n records.
func writeFile(tb testing.TB, n int) string {
	tb.Helper()

	path := filepath.Join(tb.TempDir(), "feedback.json")
	file, err := os.Create(path)
	require.NoError(tb, err)
	require.NoError(tb, bench.WriteFile(file, n))
	require.NoError(tb, file.Sync())
	require.NoError(tb, file.Close())
	return path
}

// preparedSQLite inserts ready values in transactions of 50,000 rows, with a
// cache of 64 MiB.
func preparedSQLite(b *testing.B, dsn string) func(context.Context) error {
	b.Helper()

	tables := rawTables(events(), func(t metrics.Time) any { return t.Format("2006-01-02 15:04:05.000000") })
	db := open(b, dsn)
	b.Cleanup(func() { require.NoError(b, db.Close()) })
	return func(ctx context.Context) error {
		conn, err := db.DB.DB.Conn(ctx)
		if err != nil {
			return err
		}
		defer conn.Close()

		if _, err := conn.ExecContext(ctx, "PRAGMA cache_size = -65536"); err != nil {
			return err
		}
		for _, t := range tables {
			for from := 0; from < len(t.rows); from += 50_000 {
				if err := insertPrepared(ctx, conn, t, t.rows[from:min(from+50_000, len(t.rows))]); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

func insertPrepared(ctx context.Context, conn *sql.Conn, t rawTable, rows [][]any) error {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()

	statement, err := tx.Prepare("INSERT INTO " + t.name + " (" + strings.Join(t.columns, ", ") + ") VALUES (?" +
		strings.Repeat(", ?", len(t.columns)-1) + ")")
	if err != nil {
		return err
	}
	defer statement.Close()

	for _, row := range rows {
		if _, err := statement.Exec(row...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// gormSQLite is GORM as its guide shows it, on a file as SQLite makes it, with
// batches of 100.
func gormSQLite(b *testing.B, dsn string) func(context.Context) error {
	b.Helper()

	file := open(b, dsn)
	_, err := file.ExecContext(b.Context(), "PRAGMA journal_mode = DELETE")
	require.NoError(b, err)
	require.NoError(b, file.Close())
	db, err := gorm.Open(sqlite.Open(strings.TrimPrefix(dsn, "sqlite:///")), &gorm.Config{Logger: logger.Discard})
	require.NoError(b, err)
	return gormInsert(b, db, 100)
}

func gormPostgres(b *testing.B, dsn string) func(context.Context) error {
	b.Helper()

	db, err := gorm.Open(postgres.Open(dsn), &gorm.Config{Logger: logger.Discard})
	require.NoError(b, err)
	return gormInsert(b, db, 1000)
}

func gormInsert(b *testing.B, db *gorm.DB, batch int) func(context.Context) error {
	b.Helper()

	var all gormSlices
	for _, e := range events() {
		all.add(e, func(t metrics.Time) string { return t.Format("2006-01-02 15:04:05.000000") })
	}
	b.Cleanup(func() {
		pool, err := db.DB()
		require.NoError(b, err)
		require.NoError(b, pool.Close())
	})
	return func(ctx context.Context) error { return all.create(db.WithContext(ctx), batch) }
}

// stagedCopy copies ready values into a temporary table and inserts from there
// what is new, in transactions of 50,000 rows.
func stagedCopy(b *testing.B, dsn string) func(context.Context) error {
	b.Helper()

	tables := rawTables(events(), func(t metrics.Time) any { return t.Time })
	db := open(b, dsn)
	b.Cleanup(func() { require.NoError(b, db.Close()) })
	return func(ctx context.Context) error {
		conn, err := db.DB.DB.Conn(ctx)
		if err != nil {
			return err
		}
		defer conn.Close()

		return conn.Raw(func(driver any) error {
			c := driver.(*stdlib.Conn).Conn()
			for _, t := range tables {
				for from := 0; from < len(t.rows); from += 50_000 {
					if err := copyRows(ctx, c, t, t.rows[from:min(from+50_000, len(t.rows))]); err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
}

func copyRows(ctx context.Context, c *pgx.Conn, t rawTable, rows [][]any) error {
	tx, err := c.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(ctx)

	columns := strings.Join(t.columns, ", ")
	_, err = tx.Exec(ctx, "CREATE TEMP TABLE staging ON COMMIT DROP AS SELECT "+columns+" FROM "+t.name+" WITH NO DATA")
	if err != nil {
		return err
	}
	if _, err = tx.CopyFrom(ctx, pgx.Identifier{"staging"}, t.columns, pgx.CopyFromRows(rows)); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO "+t.name+" ("+columns+") SELECT "+columns+" FROM staging ON CONFLICT (event_key) DO NOTHING")
	if err != nil {
		return err
	}
	return tx.Commit(ctx)
}
