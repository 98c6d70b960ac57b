package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// ImportedFile says how much of a file was imported, so that what looks at the
// file again goes on from there. All of it may be forgotten at any time: the
// file is then imported once more, which adds nothing.
type ImportedFile struct {
	bun.BaseModel `bun:"table:fl_imported_files,alias:imf"`

	Path       string       `bun:",pk"` // absolute
	Size       int64        // of the file when it was last looked at, in bytes; 0 while its import has not come to the end
	ModifiedAt metrics.Time // when it was changed last, as the file system said then
	Bytes      int64        // of the beginning, in which the imported records stand
	Hash       string       // SHA-256 of these bytes, in hexadecimal
	Records    int64        // stored, known already or refused
	Failure    *string      // why nothing more could be read; NULL when all was
	ImportedAt metrics.Time // when it was last looked at
}

// ImportedFile returns what is known of a file, nil when that is nothing.
func (db *DB) ImportedFile(ctx context.Context, path string) (*ImportedFile, error) {
	f := ImportedFile{Path: path}
	err := db.NewSelect().Model(&f).WherePK().Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("store: imported file %s: %w", path, Classify(err))
	}
	return &f, nil
}

// SaveImportedFile keeps what is known of a file, in place of what was.
func (db *DB) SaveImportedFile(ctx context.Context, f ImportedFile) error {
	err := db.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		insert := tx.NewInsert().Model(&f).On("CONFLICT (path) DO UPDATE").Returning("")
		for _, column := range []string{"size", "modified_at", "bytes", "hash", "records", "failure", "imported_at"} {
			insert.Set("? = EXCLUDED.?", bun.Ident(column), bun.Ident(column))
		}
		_, err := insert.Exec(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("store: imported file %s: %w", f.Path, err)
	}
	return nil
}
