package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"log/slog"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"
)

// Options tunes a database handle. The zero value suits a service.
type Options struct {
	// MaxConns limits the connections of the pool. Zero means 8.
	MaxConns int

	// Bulk is for imports, which can be repeated: commits survive the end of
	// the program however it ends, but the last ones may be lost when the
	// machine loses power.
	Bulk bool
}

// DB is a database with its pool of connections. It is safe for concurrent use.
type DB struct {
	*bun.DB

	source source
	engine engine

	// writer has room for the one goroutine that writes to SQLite. It is nil
	// where writers do not get in each other's way.
	writer chan struct{}
}

// Open connects to the database at dsn, which is one of
//
//	sqlite:///relative.db
//	sqlite:////absolute.db
//	relative.db or /absolute.db
//	postgres://user@host:5432/name, also postgresql:// and postgresql+psycopg2://
//	host=… user=… dbname=…
//
// and returns [ErrDSN] for anything else. An SQLite file that does not exist is
// created, its folder is not. PostgreSQL takes what the address leaves open,
// such as the password, from the usual variables and files (PGPASSWORD,
// ~/.pgpass); a standby is refused with [ErrReadOnly] unless the address says
// target_session_attrs=any.
//
// Open does not look at the schema: see [Migrate] and [Check].
func Open(ctx context.Context, dsn string, o Options) (*DB, error) {
	src, err := parseDSN(dsn)
	if err != nil {
		return nil, err
	}
	if o.MaxConns <= 0 {
		o.MaxConns = 8
	}
	var (
		pool    *sql.DB
		dialect schema.Dialect
		db      = &DB{source: src}
	)
	if src.server != nil {
		pool, err = openPostgres(ctx, src, o)
		dialect = newPostgresDialect()
		db.engine = postgresEngine
	} else {
		pool, err = openSQLite(ctx, src, o)
		dialect = newSQLiteDialect()
		db.engine = sqliteEngine
		db.writer = make(chan struct{}, 1)
	}
	if err != nil {
		return nil, fmt.Errorf("store: open %s: %w", src, Classify(err))
	}
	db.DB = bun.NewDB(pool, dialect)
	return db, nil
}

// String returns the address of the database without its password.
func (db *DB) String() string { return db.source.String() }

// GoString returns the same as String, so that %#v shows no password either.
func (db *DB) GoString() string { return db.String() }

// LogValue returns the same as String for structured logs.
func (db *DB) LogValue() slog.Value { return slog.StringValue(db.String()) }

// engine is what the packages's own statements need to know of a database.
type engine struct {
	folder       string // of the migrations
	lock         string // statement that makes migrations wait for each other, may be empty
	hasTable     string // query with a table name that counts the tables of that name
	versionTable string // statement that creates fl_migrations
	now          string // expression for the present time, as the time columns hold it
	day          string // expression for the beginning of the day of the column timestamp, in UTC
	settle       string // statement with a table that waits until nobody writes to it, may be empty
	adoption     adoptionSQL

	// insert stores all rows of a table in the connection's transaction and
	// returns how many, without those whose key is stored already.
	insert func(ctx context.Context, conn bun.Conn, t *tableEvents, all iter.Seq[*rows]) (stored int, err error)
}
