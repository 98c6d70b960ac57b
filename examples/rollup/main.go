// Rollup adds up by day what was recorded, so that dashboards over many events
// are fast. They are right without it, too.
package main

import (
	"context"
	"fmt"

	"github.com/doronpers/feedback-loop-go/examples/internal/program"
	"github.com/doronpers/feedback-loop-go/store"
)

func main() { program.Main("rollup", run) }

func run(ctx context.Context, env program.Env) error {
	fs := env.Flags("rollup", "Rollup adds up by day what was recorded since the last time, so that dashboards are fast.")
	database := env.WritableDatabaseFlags(fs)
	if err := env.Parse(fs); err != nil {
		return err
	}
	if err := program.NoArgs(fs); err != nil {
		return err
	}
	db, err := database.Open(ctx, store.Options{Bulk: true})
	if err != nil {
		return err
	}
	defer db.Close()

	rows, err := store.Rollup(ctx, db)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Stderr, "rollup: rows added up in %s: %d\n", db, rows)
	return nil
}
