// Migrate brings a database to the current schema, or shows how far it is.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/doronpers/feedback-loop-go/examples/internal/program"
	"github.com/doronpers/feedback-loop-go/store"
)

func main() { program.Main("migrate", run) }

func run(ctx context.Context, env program.Env) error {
	fs := env.Flags("migrate", "Migrate brings a database to the current schema.")
	database := env.DatabaseFlag(fs)
	status := fs.Bool("status", false, "show the migrations and change nothing; fails unless all are applied")
	asJSON := fs.Bool("json", false, "write the migrations as JSON")
	if err := env.Parse(fs); err != nil {
		return err
	}
	if err := program.NoArgs(fs); err != nil {
		return err
	}

	db, err := store.Open(ctx, database.DSN(), store.Options{})
	if err != nil {
		return err
	}
	defer db.Close()

	if !*status {
		if err := store.Migrate(ctx, db); err != nil {
			return err
		}
	}
	migrations, err := store.Status(ctx, db)
	if err != nil {
		return err
	}
	write := writeTable
	if *asJSON {
		write = writeJSON
	}
	if err := errors.Join(write(env.Stdout, migrations), store.Check(ctx, db)); err != nil {
		return err
	}
	if *status {
		return nil
	}
	adopted, err := store.Adopted(ctx, db)
	if err != nil {
		return err
	}
	for _, a := range adopted {
		fmt.Fprintf(env.Stderr, "migrate: adopted %s: rows kept %d, of them repeated %d; in quarantine %d\n",
			a.TableName, a.Kept, a.Duplicates, a.Quarantined)
	}
	fmt.Fprintf(env.Stderr, "migrate: %s is current\n", db)
	return nil
}

func writeTable(w io.Writer, migrations []store.MigrationStatus) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "MIGRATION\tSTATE\tAPPLIED")
	for _, m := range migrations {
		applied := ""
		if !m.AppliedAt.IsZero() {
			applied = m.AppliedAt.Format(time.RFC3339)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", m.Name, m.State, applied)
	}
	return table.Flush()
}

func writeJSON(w io.Writer, migrations []store.MigrationStatus) error {
	return program.WriteJSON(w, map[string]any{"migrations": migrations})
}
