// Sample fills a database with data that looks like the life of three
// organizations, so that KPIs and dashboards have something to show.
package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/doronpers/feedback-loop-go/examples/internal/history"
	"github.com/doronpers/feedback-loop-go/examples/internal/program"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/sample"
)

func main() { program.Main("sample", run) }

func run(ctx context.Context, env program.Env) error {
	fs := env.Flags("sample", "Sample fills a database with realistic data, the same for the same flags.")
	database := env.WritableDatabaseFlags(fs)
	days := fs.Int("days", 90, "length of the period")
	events := fs.Int("events", 20_000, "number of events")
	seed := fs.Uint64("seed", 1, "another seed gives other numbers")
	end := fs.String("until", "", "`day` after the last one, in UTC, such as 2026-01-31 (default today)")
	asJSON := fs.Bool("json", false, "write the counts as JSON")
	if err := env.Parse(fs); err != nil {
		return err
	}
	if err := program.NoArgs(fs); err != nil {
		return err
	}
	if *days < 1 || *events < 1 {
		return program.Usage("-days and -events must be at least 1")
	}
	until := env.Now()
	if *end != "" {
		var err error
		if until, err = time.Parse(time.DateOnly, *end); err != nil {
			return program.Usage("-until %q is no day such as 2026-01-31", *end)
		}
	}

	db, err := database.Open(ctx, store.Options{Bulk: true})
	if err != nil {
		return err
	}
	defer db.Close()

	progress := env.NewProgress("sample")
	receipt, err := sample.Write(ctx, db, sample.Options{
		Until:    until,
		Days:     *days,
		Events:   *events,
		Seed:     *seed,
		Progress: func(done int) { progress.Show(int64(done), int64(*events), "events") },
	})
	progress.Done()
	if err != nil {
		return err
	}
	if _, err := store.Rollup(ctx, db); err != nil {
		return err
	}
	if err := history.Write(ctx, db, until, min(*days/7, 13)); err != nil {
		return err
	}
	write := writeTable
	if *asJSON {
		write = writeJSON
	}
	if err := write(env.Stdout, receipt); err != nil {
		return err
	}
	fmt.Fprintf(env.Stderr, "sample: written to %s\n", db)
	return nil
}

func writeTable(w io.Writer, receipt store.Receipt) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "TABLE\tSTORED\tDUPLICATE")
	for _, name := range slices.Sorted(maps.Keys(receipt.Tables)) {
		count := receipt.Tables[name]
		fmt.Fprintf(table, "%s\t%d\t%d\n", name, count.Stored, count.Duplicate)
	}
	return table.Flush()
}

func writeJSON(w io.Writer, receipt store.Receipt) error {
	tables := map[string]map[string]int{}
	for name, count := range receipt.Tables {
		tables[name] = map[string]int{"stored": count.Stored, "duplicate": count.Duplicate}
	}
	return program.WriteJSON(w, map[string]any{"tables": tables})
}
