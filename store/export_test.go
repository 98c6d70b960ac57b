package store

import (
	"context"
	"io/fs"
)

// DescribeDSN returns what String of an opened database would.
func DescribeDSN(dsn string) (string, error) {
	src, err := parseDSN(dsn)
	if err != nil {
		return "", err
	}
	return src.String(), nil
}

// MigrateFiles is Migrate with other migrations.
func MigrateFiles(ctx context.Context, db *DB, files fs.FS) error {
	return migrate(ctx, db, files)
}

// StatusFiles is Status with other migrations.
func StatusFiles(ctx context.Context, db *DB, files fs.FS) ([]MigrationStatus, error) {
	return status(ctx, db, files)
}

// CheckFiles is Check with other migrations.
func CheckFiles(ctx context.Context, db *DB, files fs.FS) error {
	known, err := readMigrations(files, db.engine.folder)
	if err != nil {
		return err
	}
	return check(ctx, db, known)
}

// KeysBelow lets the tests see the limits of samples.
var KeysBelow = keysBelow

// Day is the expression for the day of the column timestamp.
func Day(db *DB) string { return db.engine.day }
