package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

// eachEmpty runs f on an open database without tables, on both databases.
func eachEmpty(t *testing.T, f func(t *testing.T, dsn string, db *store.DB)) {
	t.Helper()

	for name, fresh := range map[string]func(testing.TB) string{
		"sqlite": storetest.SQLite, "postgres": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dsn := fresh(t)
			f(t, dsn, open(t, dsn, store.Options{}))
		})
	}
}

func open(tb testing.TB, dsn string, o store.Options) *store.DB {
	tb.Helper()

	db, err := store.Open(tb.Context(), dsn, o)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	return db
}

// with adds a parameter to the address of a PostgreSQL database.
func with(t *testing.T, dsn, name, value string) string {
	t.Helper()

	address, err := url.Parse(dsn)
	require.NoError(t, err)
	query := address.Query()
	query.Set(name, value)
	// In these addresses a space is %20, never +.
	address.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20")
	return address.String()
}

func setting(t *testing.T, db *store.DB, query string) string {
	t.Helper()

	var value string
	require.NoError(t, db.QueryRowContext(t.Context(), query).Scan(&value), query)
	return value
}

func TestOpenSetsUpSQLite(t *testing.T) {
	t.Parallel()

	dsn := storetest.SQLite(t)
	for name, c := range map[string]struct {
		options store.Options
		want    map[string]string
	}{
		"by default": {store.Options{}, map[string]string{
			"journal_mode": "wal", "busy_timeout": "10000", "foreign_keys": "1", "recursive_triggers": "1", "synchronous": "2",
		}},
		"in bulk": {store.Options{Bulk: true}, map[string]string{
			"journal_mode": "wal", "foreign_keys": "1", "synchronous": "1", "cache_size": "-16384",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			db := open(t, dsn, c.options)
			for pragma, want := range c.want {
				assert.Equal(t, want, setting(t, db, "PRAGMA "+pragma), pragma)
			}
		})
	}
}

func TestOpenSetsUpPostgres(t *testing.T) {
	t.Parallel()

	dsn := storetest.Postgres(t)
	db := open(t, with(t, dsn, "options", "-c timezone=Asia/Tokyo -c search_path=pg_catalog -c datestyle=German"), store.Options{})
	for name, want := range map[string]string{
		"search_path": "public, api", "timezone": "UTC", "datestyle": "ISO, DMY", "standard_conforming_strings": "on",
	} {
		assert.Equal(t, want, setting(t, db, "SHOW "+name), name)
	}
	assert.Equal(t, "off", setting(t, open(t, dsn, store.Options{Bulk: true}), "SHOW synchronous_commit"))

	_, err := db.ExecContext(t.Context(), "SELECT 1 /* never prepared */ WHERE 1 = ?", 1)
	require.NoError(t, err)
	assert.Equal(t, "0", setting(t, db, "SELECT count(*)::text FROM pg_prepared_statements"))
}

func TestOpenRefusesStandbyAndReadOnly(t *testing.T) {
	t.Parallel()

	dsn := with(t, storetest.Postgres(t), "options", "-c default_transaction_read_only=on")
	_, err := store.Open(t.Context(), dsn, store.Options{})
	require.ErrorIs(t, err, store.ErrReadOnly)

	db := open(t, with(t, dsn, "target_session_attrs", "any"), store.Options{})
	assert.Equal(t, "on", setting(t, db, "SHOW transaction_read_only"))
	_, err = db.ExecContext(t.Context(), "CREATE TABLE t (id bigint)")
	require.ErrorIs(t, store.Classify(err), store.ErrReadOnly)
}

func TestOpenExplainsWhatIsWrongWithTheFile(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	junk := filepath.Join(dir, "junk.db")
	require.NoError(t, os.WriteFile(junk, bytes.Repeat([]byte("no database "), 1000), 0o600))

	for name, c := range map[string]struct{ path, want string }{
		"no such folder":   {filepath.Join(dir, "none", "feedback.db"), "its folder does not exist"},
		"folder is a file": {filepath.Join(junk, "feedback.db"), "its folder is a file"},
		"it is a folder":   {dir, "it is a folder"},
		"no database":      {junk, "file is not a database"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := store.Open(t.Context(), c.path, store.Options{})
			require.ErrorContains(t, err, "store: open sqlite:///"+c.path+": ")
			require.ErrorContains(t, err, c.want)
		})
	}
	assert.NoDirExists(t, filepath.Join(dir, "none"))
}

func TestReadOnlyFile(t *testing.T) {
	t.Parallel()

	if os.Getuid() == 0 {
		t.Skip("root may write every file")
	}
	migrated := func(t *testing.T) string {
		path := filepath.Join(t.TempDir(), "feedback.db")
		db, err := store.Open(t.Context(), path, store.Options{})
		require.NoError(t, err)
		require.NoError(t, store.Migrate(t.Context(), db))
		require.NoError(t, db.Close())
		return path
	}
	t.Run("in a folder that can be written", func(t *testing.T) {
		t.Parallel()

		path := migrated(t)
		require.NoError(t, os.Chmod(path, 0o444))
		db := open(t, path, store.Options{})
		require.NoError(t, store.Check(t.Context(), db), "reading works")
		err := db.Write(t.Context(), func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.ExecContext(ctx, "DELETE FROM metrics_bugs")
			return err
		})
		require.ErrorIs(t, err, store.ErrReadOnly)
	})
	t.Run("in a folder that cannot", func(t *testing.T) {
		t.Parallel()

		path := migrated(t)
		require.NoError(t, os.Chmod(path, 0o444))
		require.NoError(t, os.Chmod(filepath.Dir(path), 0o555))
		defer os.Chmod(filepath.Dir(path), 0o755)
		_, err := store.Open(t.Context(), path, store.Options{})
		require.ErrorIs(t, err, store.ErrReadOnly)
	})
	t.Run("that is new, in a folder that cannot be written", func(t *testing.T) {
		t.Parallel()

		dir := t.TempDir()
		require.NoError(t, os.Chmod(dir, 0o555))
		_, err := store.Open(t.Context(), filepath.Join(dir, "feedback.db"), store.Options{})
		require.ErrorContains(t, err, "no right to read and write the file and its folder")
	})
	t.Run("without a table, not yet ours", func(t *testing.T) {
		t.Parallel()

		path := filepath.Join(t.TempDir(), "feedback.db")
		require.NoError(t, os.WriteFile(path, nil, 0o444))
		_, err := store.Open(t.Context(), path, store.Options{})
		require.ErrorIs(t, err, store.ErrReadOnly)
	})
}

func TestOpenPutsNoCharacterOfThePathIntoParameters(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "100%25 it's & #1;mode=memory.db")
	db := open(t, "sqlite:///"+path, store.Options{})
	_, err := db.ExecContext(t.Context(), "CREATE TABLE t (id INTEGER)")
	require.NoError(t, err)
	assert.FileExists(t, path)
}

func TestOpenShowsNoPassword(t *testing.T) {
	t.Parallel()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())

	_, err = store.Open(t.Context(), fmt.Sprintf("postgres://ann:hunter2@%s/loop?sslmode=disable", listener.Addr()), store.Options{})
	require.ErrorIs(t, err, store.ErrRetryable, "nobody listens")
	for ; err != nil; err = unwrapFirst(err) {
		assert.NotContains(t, err.Error(), "hunter2")
	}
}

func unwrapFirst(err error) error {
	switch e := err.(type) { //nolint:errorlint // walks the chain
	case interface{ Unwrap() error }:
		return e.Unwrap()
	case interface{ Unwrap() []error }:
		return e.Unwrap()[0]
	default:
		return nil
	}
}

func TestDBNeverPrintsAPassword(t *testing.T) {
	t.Parallel()

	dsn := storetest.Postgres(t)
	address, err := url.Parse(dsn)
	require.NoError(t, err)
	secret, demanded := address.User.Password()
	if !demanded { // then the server takes any
		secret = "hunter2"
		dsn = with(t, dsn, "password", secret)
	}
	db := open(t, dsn, store.Options{})

	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("opened", "db", db)
	for _, text := range []string{
		db.String(), fmt.Sprintf("%v", db), fmt.Sprintf("%+v", db), fmt.Sprintf("%#v", db), fmt.Sprintf("%s %q", db, db),
		log.String(),
	} {
		assert.NotContains(t, text, secret)
	}
	assert.Contains(t, log.String(), "postgresql://")
}

// thing exercises what the dialects must keep of Bun.
type thing struct {
	bun.BaseModel `bun:"table:things"`

	ID   int64 `bun:",pk,autoincrement"`
	Name string
	Note *string
	At   time.Time
}

func TestBunWorksOnOurDialects(t *testing.T) {
	t.Parallel()

	noon := time.Date(2026, 3, 1, 13, 0, 0, 123456789, time.FixedZone("CET", 3600))
	ddl := map[string]string{
		"sqlite":   "CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, note TEXT, at TEXT NOT NULL) STRICT",
		"postgres": "CREATE TABLE things (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE, note text, at timestamptz NOT NULL)",
	}
	eachEmpty(t, func(t *testing.T, _ string, db *store.DB) {
		ctx := t.Context()
		_, err := db.ExecContext(ctx, ddl[filepath.Base(t.Name())])
		require.NoError(t, err)

		note := `a'); DROP TABLE things; -- $1 ? \ {{ x }}`
		rows := []thing{{Name: "one", At: noon}, {Name: "two", Note: &note, At: noon.Add(-time.Hour)}}
		_, err = db.NewInsert().Model(&rows).Exec(ctx)
		require.NoError(t, err)
		assert.Equal(t, []int64{1, 2}, []int64{rows[0].ID, rows[1].ID}, "ids that the database gave")

		again := thing{Name: "two", At: noon}
		_, err = db.NewInsert().Model(&again).On("CONFLICT (name) DO UPDATE").Set("at = EXCLUDED.at").Returning("id, note").Exec(ctx)
		require.NoError(t, err)
		assert.EqualValues(t, 2, again.ID, "upsert returns the row that was there")
		assert.Equal(t, &note, again.Note)

		var deleted []int64
		_, err = db.NewDelete().Model((*thing)(nil)).Where("name = ?", "two").Returning("id").Exec(ctx, &deleted)
		require.NoError(t, err)
		assert.Equal(t, []int64{2}, deleted)

		// Half-open ranges keep the row on the boundary, to the microsecond.
		from, to := noon.Truncate(time.Microsecond), noon.Truncate(time.Microsecond).Add(time.Microsecond)
		for _, c := range []struct {
			from, to time.Time
			want     int
		}{{from, to, 1}, {to, to.Add(time.Hour), 0}, {from.Add(-time.Hour), from, 0}} {
			n, err := db.NewSelect().Model((*thing)(nil)).Where("at >= ?", c.from).Where("at < ?", c.to).Count(ctx)
			require.NoError(t, err)
			assert.EqualValues(t, c.want, n, "[%v, %v)", c.from, c.to)
		}
		assert.Regexp(t, `^2026-03-01 12:00:00\.123456(\+00)?$`, setting(t, db, "SELECT CAST(at AS TEXT) FROM things"))

		_, err = db.NewInsert().Model(&thing{Name: "far", At: noon.AddDate(9000, 0, 0)}).Exec(ctx)
		require.Error(t, err, "a time that the text form cannot hold")
	})
}

func TestReadOnlyTransactionDoesNotWaitForWriters(t *testing.T) {
	t.Parallel()

	eachEmpty(t, func(t *testing.T, _ string, db *store.DB) {
		writing, err := db.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		defer writing.Rollback()

		reading, err := db.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true})
		require.NoError(t, err)
		require.NoError(t, reading.Rollback())
	})
}

func TestCloseWithStatementsOpen(t *testing.T) {
	t.Parallel()

	for name, fresh := range map[string]func(testing.TB) string{
		"sqlite": storetest.SQLite, "postgres": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			db, err := store.Open(t.Context(), fresh(t), store.Options{})
			require.NoError(t, err)
			statement, err := db.PrepareContext(t.Context(), "SELECT 1")
			require.NoError(t, err)
			defer statement.Close() // after the database, like those below
			conn, err := db.Conn(t.Context())
			require.NoError(t, err)
			defer conn.Close()
			pinned, err := conn.PrepareContext(t.Context(), "SELECT 2")
			require.NoError(t, err)
			defer pinned.Close()

			require.NoError(t, db.Close())
			require.NoError(t, db.Close(), "twice")
		})
	}
}

func BenchmarkOpenAndCheck(b *testing.B) {
	for name, fresh := range map[string]func(testing.TB) string{
		"sqlite": storetest.SQLite, "postgres": storetest.Postgres,
	} {
		b.Run(name, func(b *testing.B) {
			dsn := fresh(b)
			db := open(b, dsn, store.Options{})
			require.NoError(b, store.Migrate(b.Context(), db))
			for b.Loop() {
				db, err := store.Open(b.Context(), dsn, store.Options{})
				require.NoError(b, err)
				require.NoError(b, store.Check(b.Context(), db))
				require.NoError(b, db.Close())
			}
		})
	}
}
