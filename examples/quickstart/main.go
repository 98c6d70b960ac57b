// Quickstart does the main job in one go and needs nothing but Go: a database
// with sample data, the KPIs, and dashboards ready for Apache Superset.
package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/doronpers/feedback-loop-go/examples/internal/history"
	"github.com/doronpers/feedback-loop-go/examples/internal/program"
	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/sample"
	"github.com/doronpers/feedback-loop-go/superset"
	"github.com/doronpers/feedback-loop-go/superset/dashboards"
)

func main() { program.Main("quickstart", run) }

func run(ctx context.Context, env program.Env) error {
	fs := env.Flags("quickstart", "Quickstart fills a database, shows its KPIs and writes a Superset bundle.")
	database := env.DatabaseFlag(fs)
	out := fs.String("out", ".", "folder for feedback-loop.zip")
	if err := env.Parse(fs); err != nil {
		return err
	}
	if err := program.NoArgs(fs); err != nil {
		return err
	}
	bundle, err := fill(ctx, env, database.DSN(), filepath.Join(*out, "feedback-loop.zip"))
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Stderr, "\nImport %s into Superset; see the README.\n", bundle)
	return nil
}

// fill is the whole library in one function.
func fill(ctx context.Context, env program.Env, dsn, file string) (string, error) {
	db, err := store.Open(ctx, dsn, store.Options{})
	if err != nil {
		return "", err
	}
	defer db.Close()
	if err := store.Migrate(ctx, db); err != nil {
		return "", err
	}

	// Ninety days of three organizations at work. Your own data comes from
	// a recorder, from your tests, or from files.
	if _, err := sample.Write(ctx, db, sample.Options{Until: env.Now(), Seed: 1}); err != nil {
		return "", err
	}

	report, err := kpi.Compute(ctx, db, kpi.Query{AsOf: env.Now()})
	if err != nil {
		return "", err
	}
	if err := kpi.WriteTable(env.Stdout, report); err != nil {
		return "", err
	}

	if err := history.Write(ctx, db, env.Now(), 13); err != nil {
		return "", err
	}

	// The pages are right without this; with many events it makes them fast.
	if _, err := store.Rollup(ctx, db); err != nil {
		return "", err
	}

	// The bundle holds pages and the address of the database, no data and no
	// password.
	address, err := superset.ParseDatabase(dsn)
	if err != nil {
		return "", err
	}
	bundle := superset.Bundle{Database: address, Dashboards: dashboards.All()}
	return file, program.WriteFile(file, bundle.WriteZip)
}
