package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/uptrace/bun/dialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

var sqliteEngine = engine{
	folder:   "sqlite",
	hasTable: `SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?`,
	versionTable: `CREATE TABLE fl_migrations (
		version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TEXT NOT NULL
	) STRICT`,
	now:      `strftime('%Y-%m-%d %H:%M:%f', 'now') || '000'`,
	day:      `substr(timestamp, 1, 10) || ' 00:00:00.000000'`,
	adoption: sqliteAdoption,
	insert:   insertSQLite,
}

func openSQLite(ctx context.Context, src source, o Options) (*sql.DB, error) {
	if err := checkFile(src.path); err != nil {
		return nil, err
	}
	pool, err := sql.Open("sqlite", sqliteURI(src.path, o))
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(o.MaxConns)
	pool.SetMaxIdleConns(o.MaxConns)

	// The first connection turns on the write-ahead log. When several
	// processes do so at once, SQLite reports a busy database without the
	// wait that busy_timeout asks for.
	err = retry(ctx, func() error {
		var tables int
		return pool.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables)
	})
	var lite *sqlite.Error
	if errors.As(err, &lite) && lite.Code() == sqlite3.SQLITE_CANTOPEN {
		err = fmt.Errorf("no right to read and write the file and its folder: %w", err)
	}
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return pool, nil
}

// checkFile says plainly what SQLite calls "unable to open database file". It
// does not open the file: closing it again would drop the locks that this
// process holds on it.
func checkFile(path string) error {
	folder, err := os.Stat(filepath.Dir(path))
	if errors.Is(err, fs.ErrNotExist) {
		return errors.New("its folder does not exist")
	}
	if err == nil && !folder.IsDir() {
		return errors.New("its folder is a file")
	}
	if file, err := os.Stat(path); err == nil && file.IsDir() {
		return errors.New("it is a folder")
	}
	return nil
}

// sqliteURI is the address for the driver. As a URI with an escaped path, no
// character of the path can become a parameter.
func sqliteURI(path string, o Options) string {
	pragmas := []string{
		"busy_timeout(10000)",
		"journal_mode(WAL)",
		"foreign_keys(1)",
		"recursive_triggers(1)", // else INSERT OR REPLACE walks past triggers that refuse DELETE
		"synchronous(FULL)",
	}
	if o.Bulk {
		pragmas[len(pragmas)-1] = "synchronous(NORMAL)"
		pragmas = append(pragmas,
			"cache_size(-16384)",        // 16 MiB, for which the driver takes twice as much; more is no faster
			"wal_autocheckpoint(16384)", // 64 MiB, else large commits write every page twice
		)
	}
	query := url.Values{
		"_pragma": pragmas,
		// A transaction that reads before it writes would fail halfway when
		// another one commits in between.
		"_txlock": {"immediate"},
		// "x" in double quotes is a column and never, by mistake, a text.
		"_dqs": {"0"},
	}
	return "file:" + url.PathEscape(filepath.ToSlash(path)) + "?" + query.Encode()
}

// sqliteDialect writes times as text of fixed width, so that they compare like
// the instants they stand for, also with rows that SQLAlchemy wrote.
type sqliteDialect struct{ *sqlitedialect.Dialect }

func newSQLiteDialect() sqliteDialect { return sqliteDialect{sqlitedialect.New()} }

func (sqliteDialect) AppendTime(b []byte, t time.Time) []byte {
	return appendTime(b, t, "'")
}

const fixedTime = "2006-01-02 15:04:05.000000"

// appendTime writes a literal of t, cut to microseconds, that ends in suffix.
func appendTime(b []byte, t time.Time, suffix string) []byte {
	t = t.UTC()
	if year := t.Year(); year < 1 || year > 9999 {
		return dialect.AppendError(b, fmt.Errorf("store: time of the year %d", year))
	}
	b = append(b, '\'')
	b = t.AppendFormat(b, fixedTime)
	return append(b, suffix...)
}
