package kpi_test

import (
	"context"
	"os"
	"path/filepath"

	"github.com/doronpers/feedback-loop-go/store"
)

// exampleDatabase is a database that fill has filled, for the examples. Call
// remove when done.
func exampleDatabase(ctx context.Context, fill func(*store.DB) error) (db *store.DB, remove func()) {
	dir, err := os.MkdirTemp("", "example-")
	if err != nil {
		panic(err)
	}
	db, err = store.Open(ctx, filepath.Join(dir, "feedback.db"), store.Options{})
	if err != nil {
		panic(err)
	}
	if err := store.Migrate(ctx, db); err != nil {
		panic(err)
	}
	if err := fill(db); err != nil {
		panic(err)
	}
	return db, func() {
		if err := db.Close(); err != nil {
			panic(err)
		}
		if err := os.RemoveAll(dir); err != nil {
			panic(err)
		}
	}
}
