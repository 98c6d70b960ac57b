package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// What Check and Migrate can find wrong with a schema.
var (
	// ErrSchemaMissing means that the database was never migrated.
	ErrSchemaMissing = errors.New("store: the database has no schema yet")

	// ErrSchemaOld means that migrations of this release are not applied yet.
	ErrSchemaOld = errors.New("store: the schema of the database is older than this program")

	// ErrSchemaNew means that a newer release has migrated the database.
	ErrSchemaNew = errors.New("store: the schema of the database is newer than this program")

	// ErrSchemaChanged means that a migration was applied in another form than
	// this release has it.
	ErrSchemaChanged = errors.New("store: a migration was applied in another form")
)

// Check tells whether the schema of db is the one that this release knows. It
// needs no right but to read, and returns an error that is [ErrSchemaMissing],
// [ErrSchemaOld], [ErrSchemaNew] or [ErrSchemaChanged] when it does not fit.
func Check(ctx context.Context, db *DB) error {
	known, err := readMigrations(embedded, db.engine.folder)
	if err != nil {
		return err
	}
	return check(ctx, db, known)
}

func check(ctx context.Context, db *DB, known []migration) error {
	rows, err := readApplied(ctx, db.engine, db)
	if errors.Is(err, ErrSchemaMissing) {
		return err
	}
	if err != nil {
		return fmt.Errorf("store: check schema: %w", Classify(err))
	}
	pending, err := compare(known, rows)
	if err != nil {
		return err
	}
	if len(pending) > 0 {
		return fmt.Errorf("%w: %s is not applied", ErrSchemaOld, pending[0].name)
	}
	return nil
}

// compare returns the migrations that are not applied yet. What is applied must
// be the beginning of what is known.
func compare(known []migration, rows []applied) (pending []migration, err error) {
	for i, row := range rows {
		if i >= len(known) {
			return nil, fmt.Errorf("%w: it has %s", ErrSchemaNew, row.Name)
		}
		if m := known[i]; row.Version != m.version || row.Name != m.name || row.Checksum != m.checksum {
			return nil, fmt.Errorf("%w: %s", ErrSchemaChanged, row.Name)
		}
	}
	return known[len(rows):], nil
}

// MigrationState is what became of a migration.
type MigrationState string

// The states of a migration.
const (
	MigrationApplied MigrationState = "applied" // in the form that this release has
	MigrationPending MigrationState = "pending" // not applied yet
	MigrationChanged MigrationState = "changed" // applied in another form
	MigrationUnknown MigrationState = "unknown" // applied by a newer release
)

// MigrationStatus is a migration that this release knows, or that was applied
// to the database.
type MigrationStatus struct {
	Version   int            `json:"version"`    // from 1, without gaps
	Name      string         `json:"name"`       // of the file, such as 0001_tables.sql
	Checksum  string         `json:"checksum"`   // sha256 of what this release has, or of what was applied if it has none
	State     MigrationState `json:"state"`      // whether it is applied
	AppliedAt metrics.Time   `json:"applied_at"` // zero while it is pending
}

// Status lists all migrations in their order. On a database without a schema
// all of them are pending.
func Status(ctx context.Context, db *DB) ([]MigrationStatus, error) {
	return status(ctx, db, embedded)
}

func status(ctx context.Context, db *DB, files fs.FS) ([]MigrationStatus, error) {
	known, err := readMigrations(files, db.engine.folder)
	if err != nil {
		return nil, err
	}
	rows, err := readApplied(ctx, db.engine, db)
	if err != nil && !errors.Is(err, ErrSchemaMissing) {
		return nil, fmt.Errorf("store: schema status: %w", Classify(err))
	}
	var all []MigrationStatus
	for i := range max(len(known), len(rows)) {
		var s MigrationStatus
		if i < len(known) {
			m := known[i]
			s = MigrationStatus{Version: m.version, Name: m.name, Checksum: m.checksum, State: MigrationPending}
		}
		if i < len(rows) {
			row := rows[i]
			switch {
			case i >= len(known):
				s = MigrationStatus{Version: row.Version, Name: row.Name, Checksum: row.Checksum, State: MigrationUnknown}
			case row.Version == s.Version && row.Name == s.Name && row.Checksum == s.Checksum:
				s.State = MigrationApplied
			default:
				s.State = MigrationChanged
			}
			s.AppliedAt = row.AppliedAt
		}
		all = append(all, s)
	}
	return all, nil
}
