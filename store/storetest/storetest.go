// Package storetest gives tests fresh databases, SQLite and PostgreSQL, so that
// whatever touches a database is tested on both.
//
// PostgreSQL is the server that METRICS_TEST_POSTGRES names, an address such as
// postgresql://postgres@127.0.0.1:5432/postgres whose user may create databases.
// Without it, each test process starts a server of its own from the installed
// binaries; the server ends with the process. When there are none, the tests on
// PostgreSQL are skipped, or fail if the environment variable CI is set.
package storetest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/store"
)

// Each runs f as the subtests "sqlite" and "postgres", in parallel with each
// other and with other tests, each on a fresh database of the current schema.
func Each(t *testing.T, f func(t *testing.T, db *store.DB)) {
	t.Helper()

	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(t, open(t, migratedSQLite(t)))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(t, open(t, migratedPostgres(t)))
	})
}

// open opens a database until the end of the test.
func open(t *testing.T, dsn string) *store.DB {
	t.Helper()

	db, err := store.Open(t.Context(), dsn, store.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// SQLite returns the address of a fresh database without any table.
func SQLite(tb testing.TB) string {
	tb.Helper()

	return "sqlite:///" + filepath.Join(tb.TempDir(), "feedback.db")
}

// migratedSQLite returns the address of a fresh database of the current schema.
func migratedSQLite(tb testing.TB) string {
	tb.Helper()

	template, err := sqliteTemplate()
	require.NoError(tb, err)
	path := filepath.Join(tb.TempDir(), "feedback.db")
	require.NoError(tb, os.WriteFile(path, template, 0o600))
	return "sqlite:///" + path
}

// sqliteTemplate is the content of a migrated and closed database. No file of
// it stays behind when the process ends.
var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "storetest-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder left behind harms no test

	path := filepath.Join(dir, "template.db")
	if err := migrate(context.Background(), "sqlite:///"+path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func migrate(ctx context.Context, dsn string) error {
	db, err := store.Open(ctx, dsn, store.Options{})
	if err != nil {
		return err
	}
	if err := store.Migrate(ctx, db); err != nil {
		_ = db.Close()
		return err
	}
	return db.Close()
}
