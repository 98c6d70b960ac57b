package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun/dialect/pgdialect"
)

var postgresEngine = engine{
	folder: "postgres",
	// The lock is the transaction's and so goes with it, however it ends.
	// Waiting for a long migration elsewhere must not fail by a time limit that
	// is meant for queries.
	lock: `SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;
		SELECT pg_advisory_xact_lock(7310579622141163116)`,
	hasTable: `SELECT count(*) FROM pg_catalog.pg_class
		WHERE oid = to_regclass('public.' || ?) AND relkind IN ('r', 'p')`,
	versionTable: `CREATE TABLE public.fl_migrations (
		version bigint PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL
	)`,
	now:      `clock_timestamp()`,
	day:      `date_trunc('day', timestamp AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'`,
	settle:   `SET LOCAL lock_timeout = '1s'; LOCK TABLE ? IN SHARE MODE`, // Write tries again
	adoption: postgresAdoption,
	insert:   insertPostgres,
}

// configurePostgres sets what the store relies on, whatever the server, the
// role or the environment say.
func configurePostgres(config *pgx.ConnConfig, dsn string) {
	for name, value := range map[string]string{
		"search_path":                 "public, api",
		"timezone":                    "UTC",
		"datestyle":                   "ISO",
		"client_encoding":             "UTF8",
		"standard_conforming_strings": "on",  // what Bun's quoting assumes
		"extra_float_digits":          "1",   // all digits of a float
		"jit":                         "off", // compiling takes longer than what we ask does
	} {
		config.RuntimeParams[name] = value
	}
	// Bun writes values into the statement, so that every statement is new: a
	// cache of them would only fill the memory of the server.
	if !strings.Contains(dsn, "default_query_exec_mode") {
		config.DefaultQueryExecMode = pgx.QueryExecModeExec
	}
	if !strings.Contains(dsn, "target_session_attrs") {
		config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}
}

func openPostgres(ctx context.Context, src source, o Options) (*sql.DB, error) {
	config := src.server.Copy()
	if o.Bulk {
		config.RuntimeParams["synchronous_commit"] = "off"
	}
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(o.MaxConns)
	pool.SetMaxIdleConns(o.MaxConns)
	pool.SetConnMaxLifetime(30 * time.Minute)
	pool.SetConnMaxIdleTime(5 * time.Minute)

	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return pool, nil
}

// postgresDialect writes times with microseconds and their offset.
type postgresDialect struct{ *pgdialect.Dialect }

func newPostgresDialect() postgresDialect { return postgresDialect{pgdialect.New()} }

func (postgresDialect) AppendTime(b []byte, t time.Time) []byte {
	return appendTime(b, t, "+00'")
}
