package storetest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/store"
)

// Postgres returns the address of a fresh database without any table, which is
// dropped at the end of the test. It skips the test when there is no server.
func Postgres(tb testing.TB) string {
	tb.Helper()

	return createDatabase(tb, needServer(tb), "template1")
}

// migratedPostgres returns the address of a fresh database of the current
// schema.
func migratedPostgres(tb testing.TB) string {
	tb.Helper()

	s := needServer(tb)
	template, err := s.template()
	require.NoError(tb, err)
	return createDatabase(tb, s, template)
}

// needServer returns the server of this process, or ends the test.
func needServer(tb testing.TB) *server {
	tb.Helper()

	s, err := theServer()
	switch {
	case errors.Is(err, errNoPostgres) && !inCI():
		tb.Skip(err)
	case err != nil:
		tb.Fatal(err)
	}
	return s
}

func inCI() bool {
	ci := os.Getenv("CI")
	return ci != "" && ci != "false"
}

func createDatabase(tb testing.TB, s *server, template string) string {
	tb.Helper()

	name := "fl_test_" + strings.ToLower(rand.Text())
	_, err := s.admin.ExecContext(context.Background(), "CREATE DATABASE ? TEMPLATE ?", bun.Ident(name), bun.Ident(template))
	require.NoError(tb, err)
	tb.Cleanup(func() {
		_, err := s.admin.ExecContext(context.Background(), "DROP DATABASE IF EXISTS ? WITH (FORCE)", bun.Ident(name))
		require.NoError(tb, err)
	})
	return s.dsn(name)
}

// server is a PostgreSQL server for tests.
type server struct {
	address  url.URL
	admin    *store.DB // on the database of address
	template func() (string, error)
}

// theServer is the server of this process. It is never closed: it must live as
// long as any test may need it, and ends with the process.
var theServer = sync.OnceValues(func() (*server, error) {
	dsn := os.Getenv("METRICS_TEST_POSTGRES")
	if dsn == "" {
		var err error
		if dsn, err = startPostgres(); err != nil {
			return nil, err
		}
	}
	address, err := url.Parse(dsn)
	if err != nil || address.Scheme == "" { // the error would show the password
		return nil, errors.New("storetest: METRICS_TEST_POSTGRES is not of the form postgresql://user@host:port/name")
	}
	admin, err := store.Open(context.Background(), dsn, store.Options{})
	if err != nil {
		return nil, fmt.Errorf("storetest: %w", err)
	}
	s := &server{address: *address, admin: admin}
	s.template = sync.OnceValues(s.makeTemplate)
	return s, nil
})

// dsn returns the address of a database of the server.
func (s *server) dsn(name string) string {
	address := s.address
	address.Path = "/" + name
	return address.String()
}

// makeTemplate returns the name of a migrated database to copy from. On a
// server that several processes share, they share the template of their schema
// as well.
func (s *server) makeTemplate() (string, error) {
	ctx := context.Background()
	migrations, err := store.Status(ctx, s.admin)
	if err != nil {
		return "", fmt.Errorf("storetest: %w", err)
	}
	schema := sha256.New()
	for _, m := range migrations {
		schema.Write([]byte(m.Checksum))
	}
	template := "fl_template_" + hex.EncodeToString(schema.Sum(nil)[:8])

	conn, err := s.admin.Conn(ctx)
	if err != nil {
		return "", fmt.Errorf("storetest: %w", err)
	}
	defer conn.Close() //nolint:errcheck // also gives back the lock

	const lock = 2190847716053
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock(?)", lock); err != nil {
		return "", fmt.Errorf("storetest: wait for the template: %w", err)
	}
	defer conn.ExecContext(ctx, "SELECT pg_advisory_unlock(?)", lock) //nolint:errcheck // the end of the session unlocks too

	var exists bool
	err = conn.QueryRowContext(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = ?)", template).Scan(&exists)
	if err != nil || exists {
		return template, err
	}
	// The name is taken only once the template is complete.
	unfinished := template + "_unfinished"
	for _, statement := range []string{"DROP DATABASE IF EXISTS ?", "CREATE DATABASE ?"} {
		if _, err := conn.ExecContext(ctx, statement, bun.Ident(unfinished)); err != nil {
			return "", fmt.Errorf("storetest: make the template: %w", err)
		}
	}
	if err := migrate(ctx, s.dsn(unfinished)); err != nil {
		return "", fmt.Errorf("storetest: make the template: %w", err)
	}
	if _, err := conn.ExecContext(ctx, "ALTER DATABASE ? RENAME TO ?", bun.Ident(unfinished), bun.Ident(template)); err != nil {
		return "", fmt.Errorf("storetest: make the template: %w", err)
	}
	return template, nil
}
