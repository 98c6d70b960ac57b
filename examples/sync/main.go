// Sync imports files that appear and grow, again and again.
package main

import (
	"context"
	"fmt"
	"time"

	"github.com/doronpers/feedback-loop-go/examples/internal/importing"
	"github.com/doronpers/feedback-loop-go/examples/internal/program"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/follow"
	"github.com/doronpers/feedback-loop-go/store/ingest"
)

func main() { program.Main("sync", run) }

func run(ctx context.Context, env program.Env) error {
	fs := env.Flags("sync", "Sync imports files, or the files in folders, and then what is new in them, until it is interrupted.")
	database := env.WritableDatabaseFlags(fs)
	flags := importing.Flags(fs)
	every := fs.Duration("every", time.Minute, "pause between two looks")
	once := fs.Bool("once", false, "look once")
	asJSON := fs.Bool("json", false, "write the receipts as JSON, a document for each look that found something")
	if err := env.Parse(fs); err != nil {
		return err
	}
	switch {
	case fs.NArg() == 0:
		return program.Usage("no file or folder to look at")
	case *every <= 0:
		return program.Usage("-every must be more than 0")
	}

	db, err := database.Open(ctx, store.Options{Bulk: true})
	if err != nil {
		return err
	}
	defer db.Close()
	options, err := flags.In(ctx, db)
	if err != nil {
		return err
	}
	s := syncer{env: env, db: db, paths: fs.Args(), options: options, asJSON: *asJSON}
	if *once {
		return s.pass(ctx)
	}
	return s.watch(ctx, *every)
}

type syncer struct {
	env     program.Env
	db      *store.DB
	paths   []string
	options ingest.Options
	asJSON  bool
}

// watch looks again and again until ctx ends. A look that fails, because the
// database cannot be reached for example, is reported, and the next one makes
// up for it.
func (s syncer) watch(ctx context.Context, every time.Duration) error {
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	for {
		if err := s.pass(ctx); err != nil && ctx.Err() == nil {
			fmt.Fprintln(s.env.Stderr, "sync:", err)
		}
		select {
		case <-ctx.Done():
			return nil // that is how it ends
		case <-ticks.C:
		}
	}
}

// pass looks once. The error chooses the exit code.
func (s syncer) pass(ctx context.Context) error {
	progress := s.env.NewProgress("sync")
	defer progress.Done()
	o := s.options
	o.Progress = func(p ingest.Progress) { progress.Show(int64(p.Records), 0, "records") }
	found, err := follow.Pass(ctx, s.db, s.paths, s.env.Now(), o)
	progress.Done()
	receipts := []importing.Receipt{} // of no file, JSON has a list too
	for _, r := range found {
		receipts = append(receipts, importing.NewReceipt(r.Receipt, r.Err))
	}
	if err := s.write(receipts); err != nil {
		return err
	}
	if err != nil {
		return err
	}
	if len(found) > 0 {
		if _, err := store.Rollup(ctx, s.db); err != nil { // so that pages stay fast
			return err
		}
	}
	return importing.Outcome(receipts)
}

func (s syncer) write(receipts []importing.Receipt) error {
	switch {
	case s.asJSON:
		return importing.WriteJSON(s.env.Stdout, receipts)
	case len(receipts) == 0:
		return nil
	default:
		return importing.WriteTables(s.env.Stdout, receipts)
	}
}
