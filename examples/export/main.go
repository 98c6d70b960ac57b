// Export writes the events of a database as files.
package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/examples/internal/program"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/export"
)

func main() { program.Main("export", run) }

func run(ctx context.Context, env program.Env) error {
	fs := env.Flags("export", "Export writes the events of a database as a file, or, as CSV, a file per table.")
	database := env.DatabaseFlag(fs)
	format := fs.String("format", "feedback-loop", "feedback-loop, jsonl (JSON Lines), csv, or digest: a checksum,\n"+
		"the same for the same events; import reads the first two")
	out := fs.String("out", "", "file, or folder for csv (default standard output)")
	organization := fs.String("org", "", "slug of the organization whose events are wanted (default all)")
	if err := env.Parse(fs); err != nil {
		return err
	}
	if err := program.NoArgs(fs); err != nil {
		return err
	}
	write := map[string]func(context.Context, bun.IDB, io.Writer, export.Options) error{
		"feedback-loop": export.WriteFeedbackLoop,
		"jsonl":         export.WriteJSONLines,
		"digest":        writeDigest,
	}[*format]
	switch {
	case write == nil && *format != "csv":
		return program.Usage("unknown format %q", *format)
	case write == nil && *out == "":
		return program.Usage("-format csv needs a folder: -out DIR")
	}

	db, err := database.Open(ctx, store.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	var o export.Options
	if *organization != "" {
		id, err := db.OrganizationID(ctx, *organization)
		if err != nil {
			return err
		}
		o.OrganizationID = &id
	}
	progress := env.NewProgress("export")
	defer progress.Done()
	written := 0
	o.Progress = func(events int) {
		written += events
		progress.Show(int64(written), 0, "events")
	}

	switch {
	case write == nil:
		return writeCSV(ctx, db, *out, o)
	case *out == "":
		return write(ctx, db, env.Stdout, o)
	default:
		return program.WriteFile(*out, func(w io.Writer) error { return write(ctx, db, w, o) })
	}
}

func writeDigest(ctx context.Context, db bun.IDB, w io.Writer, o export.Options) error {
	digest, err := export.Digest(ctx, db, o)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, digest)
	return err
}

// writeCSV writes a file for each table into a folder.
func writeCSV(ctx context.Context, db *store.DB, folder string, o export.Options) error {
	for _, table := range export.Tables() {
		path := filepath.Join(folder, table+".csv")
		err := program.WriteFile(path, func(w io.Writer) error { return export.WriteCSV(ctx, db, w, table, o) })
		if err != nil {
			return err
		}
	}
	return nil
}
