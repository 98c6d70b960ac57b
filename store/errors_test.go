package store_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

var classes = map[string]error{
	"conflict": store.ErrConflict, "invalid": store.ErrInvalid, "full": store.ErrFull,
	"read-only": store.ErrReadOnly, "retryable": store.ErrRetryable,
}

// assertClasses asserts that Classify finds the wanted classes and no other.
func assertClasses(t *testing.T, err error, want ...string) {
	t.Helper()

	require.Error(t, err)
	classified := store.Classify(err)
	for name, class := range classes {
		isWanted := false
		for _, w := range want {
			isWanted = isWanted || w == name
		}
		assert.Equal(t, isWanted, errors.Is(classified, class), "%s: %v", name, err)
	}
	assert.Equal(t, err.Error(), classified.Error(), "the text stays")
	assert.ErrorIs(t, classified, err)
}

func TestClassifyByCode(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		err  error
		want []string
	}{
		"connection exception":      {&pgconn.PgError{Code: "08006"}, []string{"retryable"}},
		"shutdown":                  {&pgconn.PgError{Code: "57P01"}, []string{"retryable"}},
		"crash":                     {&pgconn.PgError{Code: "57P02"}, []string{"retryable"}},
		"starting up":               {&pgconn.PgError{Code: "57P03"}, []string{"retryable"}},
		"too many connections":      {&pgconn.PgError{Code: "53300"}, []string{"retryable"}},
		"serialization":             {&pgconn.PgError{Code: "40001"}, []string{"retryable"}},
		"deadlock":                  {&pgconn.PgError{Code: "40P01"}, []string{"retryable"}},
		"lock not available":        {&pgconn.PgError{Code: "55P03"}, []string{"retryable"}},
		"disk full":                 {&pgconn.PgError{Code: "53100"}, []string{"full"}},
		"standby":                   {&pgconn.PgError{Code: "25006"}, []string{"read-only", "retryable"}},
		"unique":                    {&pgconn.PgError{Code: "23505"}, []string{"conflict"}},
		"foreign key":               {&pgconn.PgError{Code: "23503"}, []string{"conflict"}},
		"check":                     {&pgconn.PgError{Code: "23514"}, []string{"invalid"}},
		"not null":                  {&pgconn.PgError{Code: "23502"}, []string{"invalid"}},
		"text representation":       {&pgconn.PgError{Code: "22P02"}, []string{"invalid"}},
		"syntax":                    {&pgconn.PgError{Code: "42601"}, nil},
		"no rights":                 {&pgconn.PgError{Code: "42501"}, nil},
		"query cancelled":           {&pgconn.PgError{Code: "57014"}, nil},
		"wrong password":            {&pgconn.PgError{Code: "28P01"}, nil},
		"no code":                   {&pgconn.PgError{}, nil},
		"bad connection":            {driver.ErrBadConn, []string{"retryable"}},
		"connection gone":           {sql.ErrConnDone, []string{"retryable"}},
		"end in the middle":         {io.ErrUnexpectedEOF, []string{"retryable"}},
		"network":                   {&net.OpError{Op: "read", Err: errors.New("reset")}, []string{"retryable"}},
		"network, wrapped":          {fmt.Errorf("insert: %w", &net.OpError{Op: "read", Err: errors.New("reset")}), []string{"retryable"}},
		"no rows":                   {sql.ErrNoRows, nil},
		"cancelled":                 {context.Canceled, nil},
		"deadline":                  {fmt.Errorf("select: %w", context.DeadlineExceeded), nil},
		"deadline on the network":   {&net.OpError{Op: "read", Err: context.DeadlineExceeded}, nil},
		"something else altogether": {errors.New("other"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assertClasses(t, c.err, c.want...)
		})
	}
	require.NoError(t, store.Classify(nil))
}

func TestClassifyRealErrors(t *testing.T) {
	t.Parallel()

	schema := map[string]string{
		"sqlite": `
			CREATE TABLE parents (id INTEGER PRIMARY KEY) STRICT;
			CREATE TABLE children (
				id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parents (id),
				name TEXT NOT NULL UNIQUE, share REAL CHECK (share BETWEEN 0 AND 1)
			) STRICT;
			CREATE TRIGGER keep BEFORE DELETE ON children BEGIN SELECT RAISE(ABORT, 'kept'); END;`,
		"postgres": `
			CREATE TABLE parents (id bigint PRIMARY KEY);
			CREATE TABLE children (
				id bigint PRIMARY KEY, parent bigint REFERENCES parents (id),
				name text NOT NULL UNIQUE, share double precision CHECK (share BETWEEN 0 AND 1)
			);
			CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'kept'; END $$;
			CREATE TRIGGER keep BEFORE DELETE ON children FOR EACH ROW EXECUTE FUNCTION keep();`,
	}
	cases := map[string]struct{ statement, want string }{
		"primary key":   {"INSERT INTO children (id, name) VALUES (1, 'private')", "conflict"},
		"unique":        {"INSERT INTO children (id, name) VALUES (2, 'secret value')", "conflict"},
		"foreign key":   {"INSERT INTO children (id, name, parent) VALUES (2, 'b', 7)", "conflict"},
		"parent in use": {"DELETE FROM parents WHERE id = 1", "conflict"},
		"not null":      {"INSERT INTO children (id) VALUES (2)", "invalid"},
		"check":         {"INSERT INTO children (id, name, share) VALUES (2, 'secret value 2', 1.7)", "invalid"},
		"wrong type":    {"INSERT INTO children (id, name, share) VALUES (2, 'b', 'x')", "invalid"},
		"a trigger":     {"DELETE FROM children", "invalid"},
		"no table":      {"INSERT INTO nothing VALUES (1)", ""},
		"no statement":  {"INSRT", ""},
	}
	eachEmpty(t, func(t *testing.T, _ string, db *store.DB) {
		_, err := db.ExecContext(t.Context(), schema[filepath.Base(t.Name())])
		require.NoError(t, err)
		_, err = db.ExecContext(t.Context(),
			"INSERT INTO parents (id) VALUES (1); INSERT INTO children (id, parent, name) VALUES (1, 1, 'secret value')")
		require.NoError(t, err)
		for name, c := range cases {
			_, err := db.ExecContext(t.Context(), c.statement)
			if c.want == "" {
				assertClasses(t, err)
			} else {
				assertClasses(t, err, c.want)
			}
			assert.NotContains(t, err.Error(), "secret value", name)
		}
	})
}

func TestDiskFullLosesNothing(t *testing.T) {
	t.Parallel()

	db := open(t, storetest.SQLite(t), store.Options{MaxConns: 1})
	ctx := t.Context()
	_, err := db.ExecContext(ctx, "CREATE TABLE t (text TEXT); PRAGMA max_page_count = 20")
	require.NoError(t, err)

	insert := func() error {
		_, err := db.ExecContext(ctx, "INSERT INTO t VALUES (?)", strings.Repeat("x", 30_000))
		return err
	}
	stored := 0
	for err = insert(); err == nil; err = insert() {
		stored++
	}
	assertClasses(t, err, "full")
	require.Positive(t, stored)

	_, err = db.ExecContext(ctx, "PRAGMA max_page_count = 2000")
	require.NoError(t, err)
	require.NoError(t, insert(), "there is space again")
	assert.Equal(t, fmt.Sprint(stored+1), setting(t, db, "SELECT count(*) FROM t"))
}

func TestBusyIsRetryable(t *testing.T) {
	t.Parallel()

	dsn := storetest.SQLite(t)
	one, two := open(t, dsn, store.Options{}), open(t, dsn, store.Options{MaxConns: 1})
	tx, err := one.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	defer tx.Rollback()

	_, err = two.ExecContext(t.Context(), "PRAGMA busy_timeout = 0")
	require.NoError(t, err)
	_, err = two.ExecContext(t.Context(), "CREATE TABLE t (id INTEGER)")
	assertClasses(t, err, "retryable")
}

func TestLostConnectionIsRetryable(t *testing.T) {
	t.Parallel()

	dsn := storetest.Postgres(t)
	victim, killer := open(t, dsn, store.Options{}), open(t, dsn, store.Options{})
	conn, err := victim.Conn(t.Context())
	require.NoError(t, err)
	defer conn.Close()

	var pid int
	require.NoError(t, conn.QueryRowContext(t.Context(), "SELECT pg_backend_pid()").Scan(&pid))
	_, err = killer.ExecContext(t.Context(), "SELECT pg_terminate_backend(?)", pid)
	require.NoError(t, err)
	for range 2 { // what the server says before it goes, then what the driver says
		_, err = conn.ExecContext(t.Context(), "SELECT 1")
		assertClasses(t, err, "retryable")
	}
}
