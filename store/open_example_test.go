package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/store"
)

func ExampleOpen() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "example-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)

	db, err := store.Open(ctx, filepath.Join(dir, "feedback.db"), store.Options{})
	if err != nil {
		panic(err)
	}
	defer db.Close()

	fmt.Println(store.Check(ctx, db))
	if err := store.Migrate(ctx, db); err != nil {
		panic(err)
	}
	fmt.Println(store.Check(ctx, db))
	// Output:
	// store: the database has no schema yet
	// <nil>
}

func ExampleOpen_mistake() {
	_, err := store.Open(context.Background(), "postgres:ann:secret@db.example/loop", store.Options{})
	fmt.Println(errors.Is(err, store.ErrDSN), err)
	// Output:
	// true store: unusable database address: neither a path nor sqlite:///, postgres:// or postgresql://
}

func ExampleDB_Write() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "example-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)

	db, err := store.Open(ctx, filepath.Join(dir, "feedback.db"), store.Options{})
	if err != nil {
		panic(err)
	}
	defer db.Close()

	err = db.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, "CREATE TABLE pets (name text UNIQUE)")
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO pets VALUES (?), (?)", "Rex", "Rex")
		return err
	})
	fmt.Println(errors.Is(err, store.ErrConflict))
	// Output: true
}
