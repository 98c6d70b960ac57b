package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

//go:embed migrations/sqlite/*.sql migrations/postgres/*.sql
var embedded embed.FS

// Migrate brings the schema of db to the one that this release knows. On a
// current schema it only reads.
//
// Any number of processes may call it at once: one does the work and the others
// wait. All that is to be done happens in one transaction, so a failure, a
// cancelled context or a kill leaves the schema as it was and needs no repair.
// Migrate returns [ErrSchemaNew] or [ErrSchemaChanged] when the database was
// migrated by another release.
//
// A database that the Python program made, which has tables but no record of
// migrations, is adopted: its rows are kept; see [Adopted].
func Migrate(ctx context.Context, db *DB) error {
	return migrate(ctx, db, embedded)
}

func migrate(ctx context.Context, db *DB, files fs.FS) error {
	known, err := readMigrations(files, db.engine.folder)
	if err != nil {
		return err
	}
	err = check(ctx, db, known)
	if !errors.Is(err, ErrSchemaMissing) && !errors.Is(err, ErrSchemaOld) {
		return err
	}
	err = db.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		return migrateLocked(ctx, db.engine, tx, known)
	})
	if err != nil {
		return fmt.Errorf("store: migrate: %w", err)
	}
	return nil
}

// migrateLocked applies what is missing once no other migration is running.
// On SQLite it is enough that tx has begun.
func migrateLocked(ctx context.Context, e engine, tx bun.Tx, known []migration) error {
	if e.lock != "" {
		if err := run(ctx, tx, e.lock); err != nil {
			return fmt.Errorf("wait for other migrations: %w", err)
		}
	}
	applied, err := readApplied(ctx, e, tx)
	if errors.Is(err, ErrSchemaMissing) {
		err = run(ctx, tx, e.versionTable)
	}
	if err != nil {
		return err
	}
	pending, err := compare(known, applied)
	if err != nil {
		return err
	}

	var adopting *foreign
	if len(applied) == 0 {
		if adopting, err = setAside(ctx, e, tx); err != nil {
			return fmt.Errorf("adopt: %w", err)
		}
	}
	for _, m := range pending {
		if err := run(ctx, tx, m.sql); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		if _, err := tx.ExecContext(ctx,
			"INSERT INTO fl_migrations (version, name, checksum, applied_at) VALUES (?, ?, ?, "+e.now+")",
			m.version, m.name, m.checksum,
		); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
	}
	if adopting != nil {
		if err := takeOver(ctx, e, tx, adopting); err != nil {
			return fmt.Errorf("adopt: %w", err)
		}
	}
	return nil
}

// run executes several statements as they are. Bun would replace the question
// marks in them.
func run(ctx context.Context, tx bun.Tx, statements string) error {
	_, err := tx.Tx.ExecContext(ctx, statements)
	return err
}

// migration is one file of statements.
type migration struct {
	version  int
	name     string // of the file
	checksum string // sha256 of the statements
	sql      string
}

var migrationName = regexp.MustCompile(`^([0-9]{4})_[a-z0-9_]+\.sql$`)

// readMigrations returns the migrations of one database in their order.
func readMigrations(files fs.FS, folder string) ([]migration, error) {
	names, err := fs.Glob(files, path.Join("migrations", folder, "*"))
	if err != nil {
		return nil, fmt.Errorf("store: read migrations: %w", err)
	}
	var known []migration
	for i, name := range names { // sorted
		m := migration{version: i + 1, name: path.Base(name)}
		parts := migrationName.FindStringSubmatch(m.name)
		if parts == nil {
			return nil, fmt.Errorf("store: migration %s: the name is not NNNN_name.sql", name)
		}
		if number, err := strconv.Atoi(parts[1]); err != nil || number != m.version {
			return nil, fmt.Errorf("store: migration %s: number %d comes here", name, m.version)
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("store: read migrations: %w", err)
		}
		// A checkout may have changed the line ends.
		data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
		sum := sha256.Sum256(data)
		m.checksum = hex.EncodeToString(sum[:])
		m.sql = string(data)
		known = append(known, m)
	}
	return known, nil
}

// applied is one row of fl_migrations.
type applied struct {
	bun.BaseModel `bun:"table:fl_migrations"`

	Version   int
	Name      string
	Checksum  string
	AppliedAt metrics.Time
}

// readApplied returns what was applied to the database, in order, or
// ErrSchemaMissing.
func readApplied(ctx context.Context, e engine, db bun.IDB) ([]applied, error) {
	exists, err := hasTable(ctx, e, db, "fl_migrations")
	if err != nil {
		return nil, err
	}
	if !exists {
		return nil, ErrSchemaMissing
	}
	var rows []applied
	if err := db.NewSelect().Model(&rows).Order("version").Scan(ctx); err != nil {
		return nil, fmt.Errorf("read fl_migrations: %w", err)
	}
	return rows, nil
}

func hasTable(ctx context.Context, e engine, db bun.IDB, name string) (bool, error) {
	var count int
	if err := db.QueryRowContext(ctx, e.hasTable, name).Scan(&count); err != nil {
		return false, fmt.Errorf("look for table %s: %w", name, err)
	}
	return count > 0, nil
}
